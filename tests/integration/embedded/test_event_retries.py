"""How a delivery is retried: attempts and age are the target's own, the dead letter says which ended it."""

from typing import Any

import pytest

from hallmark.stage.embedded.extensions import event_delivery
from hallmark.stage.embedded.extensions.event_delivery import Delivery, Undeliverable

QUEUE = "arn:aws:sqs:eu-central-1:000000000000:dead"


class View:
    def event_with_detail(self) -> dict[str, Any]:
        return {"detail": {}}


@pytest.fixture
def buried(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = []
    monkeypatch.setattr(event_delivery, "BACKOFF_SECONDS", 0.001)
    monkeypatch.setattr(event_delivery, "_exists", lambda arn: True)
    monkeypatch.setattr(event_delivery, "queue_takes", lambda *_: True)
    monkeypatch.setattr(event_delivery, "send_message", lambda arn, body, attributes: letters.append(attributes))
    return letters


def _delivery(**policy: int) -> Delivery:
    target = {"Arn": "arn:aws:sqs:::q", "RetryPolicy": policy, "DeadLetterConfig": {"Arn": QUEUE}}
    return Delivery(target, {}, {"Arn": "rule"}, View())


class Failing:
    """An attempt that fails a number of times."""

    def __init__(self, times: int, code: str = "INTERNAL_ERROR") -> None:
        self.times, self.code, self.calls = times, code, 0

    def __call__(self, *_: Any) -> None:
        self.calls += 1
        if self.calls <= self.times:
            raise Undeliverable(self.code, "injected")


@pytest.mark.control("RT_TARGET_RETRY")
def test_a_target_that_recovers_within_its_attempts_gets_the_event(buried: list[Any]) -> None:
    attempt = Failing(2)
    event_delivery._retry(attempt, _delivery(MaximumRetryAttempts=3), Undeliverable("INTERNAL_ERROR", "first"))
    assert (attempt.calls, buried) == (3, [])


@pytest.mark.parametrize(
    ("policy", "code", "condition", "retries"),
    [
        ({"MaximumRetryAttempts": 2}, "INTERNAL_ERROR", "MaximumRetryAttempts", 2),
        ({"MaximumRetryAttempts": 0}, "INTERNAL_ERROR", "MaximumRetryAttempts", 0),
        ({"MaximumRetryAttempts": 9, "MaximumEventAgeInSeconds": 0}, "INTERNAL_ERROR", "MaximumEventAgeInSeconds", 0),
        ({"MaximumRetryAttempts": 9}, "NO_PERMISSIONS", None, 0),
    ],
)
@pytest.mark.control("RT_TARGET_DLQ")
def test_the_dead_letter_says_what_was_exhausted(
    buried: list[Any], policy: dict[str, int], code: str, condition: str | None, retries: int
) -> None:
    event_delivery._retry(Failing(99, code), _delivery(**policy), Undeliverable(code, "first"))
    (letter,) = buried
    assert letter.get("EXHAUSTED_RETRY_CONDITION") == condition
    assert (letter["ERROR_CODE"], letter["RETRY_ATTEMPTS"]) == (code, retries)
