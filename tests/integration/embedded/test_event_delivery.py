"""Retries and dead letters, in the words of the EventBridge user guide."""

from typing import Any

import pytest

from hallmark.stage.embedded import ACCOUNT

RULES = f"arn:aws:events:eu-central-1:{ACCOUNT}:rule"


@pytest.mark.control("RT_TARGET_DLQ")
def test_a_missing_target_is_not_retried_and_ends_in_its_dead_letter_queue(
    unique: str, queue: Any, route: Any, emit: Any, receive: Any
) -> None:
    dead_letters, arn = queue(f"{unique}-dead")
    missing = f"arn:aws:sqs:eu-central-1:{ACCOUNT}:{unique}-missing"
    rule = route("rule", missing, DeadLetterConfig={"Arn": arn}, RetryPolicy={"MaximumRetryAttempts": 3})
    emit({"mark": 1})
    attributes = {name: value["StringValue"] for name, value in receive(dead_letters)["MessageAttributes"].items()}
    assert rule.startswith(RULES)
    assert attributes.pop("ERROR_MESSAGE")
    assert attributes == {
        "RULE_ARN": rule,
        "TARGET_ARN": missing,
        "ERROR_CODE": "RESOURCE_NOT_FOUND",
        "RETRY_ATTEMPTS": "0",
    }


@pytest.mark.control("RT_TARGET_RETRY")
def test_a_target_that_works_gets_the_event_once(unique: str, queue: Any, route: Any, emit: Any, receive: Any) -> None:
    url, arn = queue(unique)
    route("rule", arn, RetryPolicy={"MaximumRetryAttempts": 3})
    emit({"mark": 1})
    assert '"mark": 1' in receive(url)["Body"]
