"""The states of the workflow: validation, score, check, alerts, and the branch of what fails.

Its input is the transaction itself, any JSON. Functions reach the table only; the workflow calls SNS and SQS.
"""

from collections.abc import Mapping

from infra.constructs.states import AGAIN, ALL, Json, State, caught, onwards, task
from infra.constructs.workflow import call, service
from infra.screening.failure import UNCHECKED, UNKNOWN_OUTCOME, failed, failure_branch, unknown
from infra.screening.places import ALERTS, ANSWER, EXECUTION, SCORED, VALIDATED, Places, record_key

# Every attempt and every delay of the longest path stay under Express's 300 s. A function that takes longer goes on,
# and what it writes is conditional.
SECONDS = 15
# What an answer of validation must hold, by its outcome: a path to what is not there would end the execution.
_WAYS = {
    "rejected": ("Rejected", ("answer",)),
    "decided": ("Repeated", ("answer", "transaction", "key.id", "key.time")),
    "accepted": ("Score", ("transaction", "usd", "key.id", "key.time")),
}

# No transaction is a tenth as long. In UTF-8 it may be four times as many bytes: with what the states add, that stays
# under the 256 KiB of a state, beyond which an execution ends without Catch, and leaves nothing behind.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_CHARACTERS = 60_000
_TOO_LARGE: Json = {"decision": "rejected", "field": "transaction", "rule": "too-large"}


def definition(places: Places) -> State:
    """Return the definition of the machine."""
    return {
        "Comment": "A transaction: validated, scored, checked, decided, and its alerts published.",
        "StartAt": "Size",
        "States": {
            "Size": _size(),
            "TooLarge": {"Type": "Pass", "Result": _TOO_LARGE, "End": True},
            "Begin": _begin(),
            "Validate": _validate(places.validation),
            "Validated": _validated(),
            "Rejected": _answer(f"{VALIDATED}.answer"),
            "Repeated": _repeated(),
            "Score": _score(places.fraud_detection),
            "Check": _check(places.compliance_checking),
            "FraudAlert": _fraud_alert(),
            "TellFraud": _tell(places.alerts_topic, "fraud", "TellFraud", then="ComplianceAlert"),
            "ComplianceAlert": _compliance_alert(),
            "TellCompliance": _tell(places.alerts_topic, "compliance", "TellCompliance", then="MarkTold"),
            "MarkTold": _mark_told(places.state_table),
            "Answer": _answer(ANSWER),
            **failure_branch(places.failure_queue_url, places.state_table),
        },
    }


def _size() -> State:
    """Return the choice that lets no input in that would not fit into a state beside what is said of it."""
    condition = f"{{% $length($string($states.input)) > {MOST_CHARACTERS} %}}"
    return {
        "Type": "Choice",
        "QueryLanguage": "JSONata",
        "Choices": [{"Condition": condition, **onwards("TooLarge")}],
        "Default": "Begin",
    }


def _begin() -> State:
    """Return what makes an object of any input, so that a Catch has a place for its error."""
    about = {"execution.$": "$$.Execution.Id", "startedAt.$": "$$.Execution.StartTime"}
    return {"Type": "Pass", "Parameters": {"transaction.$": "$", **about}, **onwards("Validate")}


def _validate(function: str) -> State:
    payload = {f"{name}.$": f"$.{name}" for name in ("transaction", "execution", "startedAt")}
    return _function(function, payload, "$.validated", failing=UNCHECKED, then="Validated")


def _validated() -> State:
    """Return the choice: a refused transaction is a result; one that was decided before may have alerts to tell."""
    choices = []
    for outcome, (then, needed) in _WAYS.items():
        there = [{"Variable": f"{VALIDATED}.{name}", "IsPresent": True} for name in ("outcome", *needed)]
        said = {"Variable": f"{VALIDATED}.outcome", "StringEquals": outcome}
        choices.append({"And": [*there, said], **onwards(then)})
    return {"Type": "Choice", "Choices": choices, "Default": UNKNOWN_OUTCOME}


def _repeated() -> State:
    """Return what puts an earlier answer, and alerts that were never told, where Check puts its own."""
    return {"Type": "Pass", "Parameters": {"said.$": VALIDATED}, "ResultPath": "$.checked", **onwards("FraudAlert")}


def _score(function: str) -> State:
    return _function(function, _known(), "$.scored", failing=failed("Score"), then="Check")


def _check(function: str) -> State:
    return _function(function, {**_known(), "risk.$": SCORED}, "$.checked", failing=failed("Check"), then="FraudAlert")


def _known() -> dict[str, Json]:
    known = {f"{name}.$": f"{VALIDATED}.{name}" for name in ("transaction", "key", "usd")}
    return {**known, "execution.$": EXECUTION}


def _function(arn: str, payload: Mapping[str, Json], result: str, *, failing: str, then: str) -> State:
    return task(
        service("lambda:invoke"),
        {"FunctionName": arn, "Payload": dict(payload)},
        seconds=SECONDS,
        retry=AGAIN,
        catch=[caught(ALL, failing, "$.error")],
        result=result,
        select={"said.$": "$.Payload"},
        then=then,
    )


def _due(kind: str, then: str) -> State:
    return {"Variable": f"{ALERTS}.{kind}.alertId", "IsPresent": True, **onwards(then)}


def _fraud_alert() -> State:
    no_answer = {"Variable": ANSWER, "IsPresent": False, **onwards(unknown("Check"))}
    return {"Type": "Choice", "Choices": [no_answer, _due("fraud", "TellFraud")], "Default": "ComplianceAlert"}


def _compliance_alert() -> State:
    # The other one was told just before.
    choices = [_due("compliance", "TellCompliance"), _due("fraud", "MarkTold")]
    return {"Type": "Choice", "Choices": choices, "Default": "Answer"}


def _tell(topic: str, kind: str, state: str, *, then: str) -> State:
    message = f"{ALERTS}.{kind}"
    attributes = {
        name: {"DataType": "String", "StringValue.$": f"{message}.{name}"} for name in ("kind", "decision", "alertId")
    }
    return call(
        "sns:publish",
        {"TopicArn": topic, "Message.$": message, "MessageAttributes": attributes},
        catch=[caught(ALL, failed(state), "$.error")],
        result=f"$.told{kind.title()}",
        then=then,
    )


def _mark_told(table: str) -> State:
    return call(
        "dynamodb:updateItem",
        {
            "TableName": table,
            "Key": record_key(),
            "UpdateExpression": "SET #states.#told = :now REMOVE #open",
            "ConditionExpression": "attribute_exists(#decision)",
            "ExpressionAttributeNames": {
                "#states": "states",
                "#told": "told",
                "#open": "open",
                "#decision": "decision",
            },
            "ExpressionAttributeValues": {":now": {"S.$": "$$.State.EnteredTime"}},
        },
        catch=[caught(ALL, failed("MarkTold"), "$.error")],
        result="$.marked",
        then="Answer",
    )


def _answer(path: str) -> State:
    return {"Type": "Pass", "InputPath": path, "End": True}
