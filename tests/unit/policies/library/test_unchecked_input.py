"""Input that nobody has checked stays out of messages, and what functions said is published by the workflow."""

from typing import Any

import pytest

from tests.unit.policies.flow import Document, call, catch, flow, found, step

REFUSED = ["4111111111111111", "4111-1111-1111-1111", "a b"]
ID = "$contains($id, /^[A-Za-z0-9_-]+$/) and $not($contains($id, /[0-9]([_-]*[0-9]){12}/))"
WANTED = {
    "queue": "upload-failure",
    "table": "processing-status",
    "status": "failed",
    "unchecked": {"function": "validation", "answer": "row", "refused": REFUSED},
}
ALERTS = {"topic": "results", "messages": ["alerts.risk"]}
MARK = {
    "TableName": "${Status}",
    "UpdateExpression": "SET #s = :failed",
    "ExpressionAttributeValues": {":failed": {"S": "failed"}},
}
SAID = {"ResultSelector": {"said.$": "$.Payload"}}


def _note(state: str, **input_of: str) -> Document:
    about = {"state": state, "error.$": "$.error.Error", "execution.$": "$.execution", **input_of}
    return {"Type": "Pass", "Parameters": about, "ResultPath": "$.failure", "Next": "Keep"}


def _unchecked(test: str = ID) -> Document:
    about = "'state': 'Validate', 'error': $states.input.error.Error, 'execution': $states.input.execution"
    expression = f"{{% ($id := $states.input.input.id; {{{about}, 'id': {test} ? $id}}) %}}"
    return {"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"failure": expression}, "Next": "KeepUnchecked"}


def _tell(message: str = "$.judged.said.alerts.risk") -> Document:
    given = {"TopicArn": "${Results}", "Message.$": message}
    own = {"Resource": "arn:aws:states:::sns:publish", "Parameters": given, "TimeoutSeconds": 5}
    return {"Type": "Task", **own, "ResultPath": "$.told", "Catch": catch("TellFailed"), "Next": "Done"}


def _states(**changed: Any) -> Document:
    begin = {"input.$": "$", "execution.$": "$$.Execution.Id"}
    row = {"row.$": "$.validated.said.row"}
    states: Document = {
        "Begin": {"Type": "Pass", "Parameters": begin, "Next": "Validate"},
        "Validate": call("Validation", 10, ResultPath="$.validated", Catch=catch("Unchecked"), Next="Judge", **SAID),
        "Judge": call("Notification", 10, ResultPath="$.judged", Catch=catch("JudgeFailed"), Next="Tell", **SAID),
        "Tell": _tell(),
        "Done": {"Type": "Pass", "InputPath": "$.judged.said", "End": True},
        "Unchecked": _unchecked(),
        "KeepUnchecked": step("sqs:sendMessage", "Failed", QueueUrl="${Failures}", **{"MessageBody.$": "$.failure"}),
        "JudgeFailed": _note("Judge", **row),
        "TellFailed": _note("Tell", **row),
        "Keep": step("sqs:sendMessage", "Mark", QueueUrl="${Failures}", **{"MessageBody.$": "$.failure"}),
        "Mark": step("dynamodb:updateItem", "Failed", **MARK),
        "Failed": {"Type": "Fail"},
        **changed,
    }
    return {"StartAt": "Begin", "States": {name: state for name, state in states.items() if state}}


def _texts(policy: str, wanted: Document, **changed: Any) -> list[str]:
    reported = found(policy, flow(_states(**changed)), workflows={"uploads": wanted})
    return [f"{one.path}: {one.found}" for one in reported]


def test_a_workflow_in_order_has_no_finding() -> None:
    assert _texts("workflows/caught", WANTED) == []
    assert _texts("workflows/published", ALERTS) == []


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"Unchecked": _unchecked("true")}, "a message with unchecked input"),
        ({"Unchecked": _unchecked("$contains($id, /^[a-z0-9]+$/)")}, "whose test lets 4111111111111111 through"),
        ({"Unchecked": _unchecked("$not($contains($id, /[0-9]{13}| /))")}, "lets 4111-1111-1111-1111 through"),
        ({"Unchecked": {**_note("Validate", **{"all.$": "$.input"}), "Next": "KeepUnchecked"}}, "with unchecked input"),
        ({"Unchecked": {**_note("Validate", **{"id.$": "$.input.id"}), "Next": "KeepUnchecked"}}, "with unchecked"),
        ({"Unchecked": {"Type": "Pass", "Next": "Failed"}, "KeepUnchecked": None}, "an end without a message"),
        ({"JudgeFailed": _note("Judge")}, "a message without the input"),
        ({"JudgeFailed": _note("Judge", **{"row.$": "$.judged.said.row"})}, "a message without the input"),
        ({"TellFailed": {"Type": "Pass", "Next": "Failed"}}, "an end without a message to the queue upload-failure"),
        ({"Tell": {**_tell(), "Catch": []}}, "States.Tell.Catch: no Catch"),
    ],
)
def test_what_is_kept_of_unchecked_input_is_found(changed: Document, text: str) -> None:
    assert any(text in one for one in _texts("workflows/caught", WANTED, **changed))


def test_a_validated_row_may_be_kept_with_whatever_else_was_said() -> None:
    note = _note("Judge", **{"row.$": "$.validated.said.row", "more.$": "$.judged"})
    assert _texts("workflows/caught", WANTED, JudgeFailed=note) == []


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"Tell": _tell("$.input.alerts.risk")}, "a message of input.alerts.risk"),
        ({"Tell": _tell("$.judged.said")}, "a message of result of Judge.Payload"),
        ({"Tell": _tell("$")}, "a message of"),
        ({"Tell": {"Type": "Pass", "Next": "Done"}, "TellFailed": None}, "no state that publishes alerts.risk"),
        ({"Begin": {"Type": "Pass", "Parameters": {"judged.$": "$"}, "Next": "Tell"}}, "a message of input.said"),
    ],
)
def test_what_else_is_published_is_found(changed: Document, text: str) -> None:
    assert any(text in one for one in _texts("workflows/published", ALERTS, **changed))


def test_another_topic_is_found() -> None:
    other = _tell()
    other["Parameters"]["TopicArn"] = "arn:aws:sns:us-east-1:1:other"
    assert any(
        "TopicArn: arn:aws:sns:us-east-1:1:other" in one for one in _texts("workflows/published", ALERTS, Tell=other)
    )
