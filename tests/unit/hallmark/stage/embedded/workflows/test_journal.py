"""The lines of an execution's log, by level, with and without data."""

import json

import pytest

from hallmark.stage.embedded.workflows import journal
from hallmark.stage.embedded.workflows.execution import Execution


def _execution(level: str, data: bool = False) -> Execution:
    machine = {"name": "m", "loggingConfiguration": {"level": level, "includeExecutionData": data}}
    execution = Execution("arn", "n", machine, {}, "{}")
    last = execution.add("ExecutionStarted", 0, input="secret", roleArn="role")
    for kind in ("TaskStateEntered", "TaskFailed", "FailStateEntered", "ExecutionFailed"):
        last = execution.add(kind, last, input="secret", output="secret", parameters="secret", error="Odd")
    return execution


@pytest.mark.parametrize(
    ("level", "kinds"),
    [
        ("ALL", ["ExecutionStarted", "TaskStateEntered", "TaskFailed", "FailStateEntered", "ExecutionFailed"]),
        ("ERROR", ["TaskFailed", "FailStateEntered", "ExecutionFailed"]),
        ("FATAL", ["ExecutionFailed"]),
        ("OFF", []),
    ],
)
def test_a_level_has_its_events(level: str, kinds: list[str]) -> None:
    assert [json.loads(line)["type"] for line in journal.lines(_execution(level))] == kinds


def test_data_is_written_where_it_is_asked_for() -> None:
    def texts(data: bool) -> str:
        return "".join(journal.lines(_execution("ALL", data)))

    assert "secret" not in texts(False) and '"error": "Odd"' in texts(False)
    assert texts(True).count("secret") == 13


def test_a_line_has_the_format_of_step_functions() -> None:
    first, second, *_ = (json.loads(line) for line in journal.lines(_execution("ALL")))
    names = {"id", "type", "details", "previous_event_id", "event_timestamp", "execution_arn"}
    assert set(second) == names and set(first) == {*names, "redrive_count"}
    assert (first["id"], first["previous_event_id"], second["previous_event_id"]) == ("1", "0", "1")
    assert first["event_timestamp"].isdigit() and first["details"] == {"roleArn": "role"}
