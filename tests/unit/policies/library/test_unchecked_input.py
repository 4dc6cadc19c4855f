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


def _queue_twice(**more: Any) -> Document:
    keep = step("sqs:sendMessage", "Mark", QueueUrl="${Failures}", **{"MessageBody.$": "$.failure"})
    return {"Keep": {**keep, "Next": "Again", **more}, "Again": keep}


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (_queue_twice(), "a message to the queue upload-failure a second time"),
        ({"Unchecked": {**_note("Validate", **{"why.$": "$.error.Cause"}), "Next": "KeepUnchecked"}}, "error's cause"),
        ({"Unchecked": {**_note("Validate", **{"why.$": "$.error"}), "Next": "KeepUnchecked"}}, "an error's cause"),
        (
            {
                "KeepUnchecked": step(
                    "sqs:sendMessage", "Note", QueueUrl="${Failures}", **{"MessageBody.$": "$.failure"}
                ),
                "Unchecked": {"Type": "Pass", "Parameters": {"all.$": "$.input"}, "Next": "KeepUnchecked"},
                "Note": step("dynamodb:putItem", "Failed", TableName="${Status}", Item={"id": {"S.$": "$.all.id"}}),
            },
            "Note.Parameters.Item: a message with unchecked input",
        ),
        ({"Begin": {"Type": "Choice", "Choices": [], "Default": "Failed"}}, "a Fail without a message to the queue"),
    ],
)
def test_what_is_kept_twice_or_not_at_all_and_other_words_of_the_input_are_found(changed: Document, text: str) -> None:
    assert any(text in one for one in _texts("workflows/caught", WANTED, **changed))


def test_a_letter_may_be_tried_again_and_a_checked_one_may_say_the_cause() -> None:
    again = _queue_twice(Next="Mark", Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Again"}])
    note = _note("Judge", **{"row.$": "$.validated.said.row", "why.$": "$.error.Cause"})
    assert _texts("workflows/caught", WANTED, **again, JudgeFailed=note) == []


@pytest.mark.parametrize("kind", ["AWS::Lambda::Function", "AWS::Lambda::EventInvokeConfig"])
def test_a_function_that_feeds_the_queue_as_well_is_found(kind: str) -> None:
    template, queue = flow(_states()), {"Fn::GetAtt": ["Failures", "Arn"]}
    if kind == "AWS::Lambda::Function":
        template["Resources"]["Validation"]["Properties"]["DeadLetterConfig"] = {"TargetArn": queue}
    else:
        own = {"FunctionName": {"Ref": "Validation"}, "DestinationConfig": {"OnFailure": {"Destination": queue}}}
        template["Resources"]["Feeding"] = {"Type": kind, "Properties": own}
    (one,) = found("workflows/caught", template, workflows={"uploads": WANTED})
    assert "which the workflow sends to" in one.found


def _beside(**given: Any) -> Document:
    own = _tell()
    own["Parameters"].update(given)
    return own


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"Tell": _beside(**{"Subject.$": "$.input.name"})}, "Subject of input.name"),
        ({"Tell": _beside(MessageAttributes={"n": {"StringValue.$": "$.validated.said.row.n"}})}, "row.n"),
        ({"Tell": {**_tell(), "Next": "Twice"}, "Twice": _tell()}, "alerts.risk a second time, after Tell"),
    ],
)
def test_what_is_told_beside_a_message_or_twice_is_found(changed: Document, text: str) -> None:
    wanted = {**ALERTS, "never": ["row"]}
    assert any(text in one for one in _texts("workflows/published", wanted, **changed))


def test_attributes_may_be_of_the_message() -> None:
    tell = _beside(Subject="Risk", MessageAttributes={"kind": {"StringValue.$": "$.judged.said.alerts.risk.kind"}})
    assert _texts("workflows/published", {**ALERTS, "never": ["row"]}, Tell=tell) == []


def _with_role(template: Document) -> Document:
    right = {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Results"}}
    policies = [{"PolicyName": "own", "PolicyDocument": {"Statement": [right]}}]
    template["Resources"]["Teller"] = {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}
    template["Resources"]["Notification"]["Properties"]["Role"] = {"Fn::GetAtt": ["Teller", "Arn"]}
    return template


def test_a_function_may_tell_in_place_of_the_workflow() -> None:
    silent = {"Tell": {"Type": "Pass", "Next": "Done"}, "TellFailed": None}
    assert found("workflows/published", _with_role(flow(_states(**silent))), workflows={"uploads": ALERTS}) == []
    (one,) = found("workflows/published", _with_role(flow(_states())), workflows={"uploads": ALERTS})
    assert (one.resource, one.path) == ("Teller", "Policies")
