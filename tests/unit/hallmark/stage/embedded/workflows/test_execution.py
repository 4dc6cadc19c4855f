"""The clock of an execution, and the size of its data."""

from typing import Any

import pytest

from hallmark.stage.embedded.workflows.execution import LARGEST_BYTES, Execution, text_of
from hallmark.stage.embedded.workflows.failures import Failed, OutOfTime


@pytest.mark.parametrize(
    ("definition", "seconds"), [({}, 300), ({"TimeoutSeconds": 3600}, 300), ({"TimeoutSeconds": 10}, 10)]
)
def test_it_ends_at_the_latest_when_express_does(definition: dict[str, Any], seconds: int) -> None:
    execution = Execution("arn", "n", {}, definition, "{}")
    execution.begin()
    assert seconds - 1 < execution.left() <= seconds


def test_nothing_is_left_after_the_end() -> None:
    execution = Execution("arn", "n", {}, {"TimeoutSeconds": 0}, "{}")
    execution.begin()
    with pytest.raises(OutOfTime):
        execution.left()


@pytest.mark.parametrize("letter", ["x", "\u00fc", "\U0001f600"])
def test_data_is_measured_in_bytes(letter: str) -> None:
    most = (LARGEST_BYTES - 2) // len(letter.encode())
    assert text_of(letter * most)
    with pytest.raises(Failed, match=r"States\.DataLimitExceeded"):
        text_of(letter * (most + 1))
