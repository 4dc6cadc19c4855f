"""Which errors retriers and catchers cover, and how long a retrier waits."""

from typing import Any

import pytest

from hallmark.stage.embedded.workflows.retries import Retries, catcher, matches


@pytest.mark.parametrize(
    ("names", "error", "expected"),
    [
        (["States.ALL"], "Odd", True),
        (["States.ALL"], "States.Timeout", True),
        (["States.ALL"], "States.DataLimitExceeded", False),
        (["States.DataLimitExceeded"], "States.DataLimitExceeded", True),
        (["States.ALL"], "States.Runtime", False),
        (["States.Runtime"], "States.Runtime", False),
        (["States.TaskFailed"], "Odd", True),
        (["States.TaskFailed"], "States.Timeout", False),
        (["States.TaskFailed"], "States.DataLimitExceeded", False),
        (["A", "B"], "B", True),
        (["A"], "B", False),
    ],
)
def test_what_is_covered(names: list[str], error: str, expected: bool) -> None:
    assert matches(names, error) is expected


def _pauses(**retrier: Any) -> list[float | None]:
    retries = Retries({"Retry": [{"ErrorEquals": ["A"], **retrier}]})
    return [retries.pause("A") for _ in range(5)]


def test_the_pauses_grow_to_the_largest() -> None:
    assert _pauses(IntervalSeconds=2, BackoffRate=2, MaxAttempts=4, MaxDelaySeconds=10) == [2, 4, 8, 10, None]
    assert _pauses() == [1, 2, 4, None, None]
    assert _pauses(MaxAttempts=0)[0] is None


def test_jitter_takes_any_part_of_a_pause() -> None:
    found = [_pauses(IntervalSeconds=8, BackoffRate=1, MaxAttempts=5, JitterStrategy="FULL") for _ in range(40)]
    pauses = [one for each in found for one in each if one is not None]
    assert len(pauses) == 200 and 0 <= min(pauses) < 2 and 6 < max(pauses) <= 8


def test_each_retrier_counts_by_itself_and_the_first_decides() -> None:
    retriers = [{"ErrorEquals": ["A"], "MaxAttempts": 1}, {"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}]
    retries = Retries({"Retry": retriers})
    assert [retries.pause(error) for error in ("A", "B", "A", "B")] == [1, 1, None, None]
    assert retries.count == 2


def test_the_first_catcher_that_covers_is_taken() -> None:
    state = {"Catch": [{"ErrorEquals": ["A"], "Next": "X"}, {"ErrorEquals": ["States.ALL"], "Next": "Y"}]}
    assert [found and found["Next"] for found in (catcher(state, one) for one in ("A", "B", "States.Runtime"))] == [
        *("X", "Y", None)
    ]
