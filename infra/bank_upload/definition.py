"""The states of the workflow: validation, processing, notification, and the branch of what fails.

State data are references and counts: a state holds at most 256 KiB, and logs none of it.
"""

from dataclasses import dataclass

from infra.bank_upload.failure import failure_branch
from infra.bank_upload.functions import SECONDS
from infra.bank_upload.parameters import Function
from infra.constructs.states import AGAIN, ALL, State, caught, onwards, task
from infra.constructs.workflow import service

# A file's rows in at most ten ranges, all at once: one round, and two files fit the reserved executions.
MOST_RANGES = 10
_UPLOAD = "$.validated.upload"


@dataclass(frozen=True)
class Places:
    """What the states call: ARNs of functions and of the topic, the queue's URL, the table's name."""

    validation: str
    transformation: str
    notification: str
    failure_queue_url: str
    status_table: str
    results_topic: str
    stage: str


def definition(places: Places) -> State:
    """Return the definition of the machine."""
    return {
        "Comment": "A file of a bank: judged again, its rows stored, announced.",
        "StartAt": "Validate",
        "States": {
            "Validate": _validate(places),
            "Outcome": _outcome(),
            "Process": _process(places),
            "Notify": _notify(places),
            "Done": {"Type": "Succeed"},
            **failure_branch(places.failure_queue_url, places.status_table, places.results_topic, places.stage),
        },
    }


def _validate(places: Places) -> State:
    payload = {
        "task": "validate",
        "bucket.$": "$.bucket",
        "key.$": "$.key",
        "versionId.$": "$.versionId",
        "execution.$": "$$.Execution.Id",
    }
    return task(
        service("lambda:invoke"),
        {"FunctionName": places.validation, "Payload": payload},
        seconds=SECONDS[Function.VALIDATION],
        retry=AGAIN,
        catch=[caught(ALL, "ValidateFailed", "$.error")],
        result="$.validated",
        select={"upload.$": "$.Payload"},
        then="Outcome",
    )


def _outcome() -> State:
    """Return the choice: a refused file is a result; what was done before is done."""
    ways = {"accepted": "Process", "refused": "Notify", "finished": "Done"}
    outcome = f"{_UPLOAD}.outcome"
    return {
        "Type": "Choice",
        "Choices": [{"Variable": outcome, "StringEquals": value, "Next": then} for value, then in ways.items()],
        "Default": "OutcomeFailed",
    }


def _process(places: Places) -> State:
    item = {
        "task": "transform",
        **{f"{name}.$": f"{_UPLOAD}.{name}" for name in ("uploadId", "bank", "reportDate", "columns", "receivedAt")},
        "key.$": "$.key",
        "versionId.$": "$.versionId",
        "range.$": "$$.Map.Item.Value",
    }
    transform = task(
        service("lambda:invoke"),
        {"FunctionName": places.transformation, "Payload.$": "$"},
        seconds=SECONDS[Function.TRANSFORMATION],
        retry=AGAIN,
        result="$",
        select={f"{name}.$": f"$.Payload.{name}" for name in ("number", "stored", "duplicates", "conflicts")},
    )
    return {
        "Type": "Map",
        "ItemsPath": f"{_UPLOAD}.ranges",
        "ItemSelector": item,
        "MaxConcurrency": MOST_RANGES,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Transform",
            "States": {"Transform": transform},
        },
        "ResultPath": "$.processed",
        # A range that failed for good fails the Map.
        "Catch": [caught(ALL, "ProcessFailed", "$.error")],
        **onwards("Notify"),
    }


def _notify(places: Places) -> State:
    return task(
        service("lambda:invoke"),
        # The whole answer of validation: a path to what a refused file does not have would end the execution.
        {"FunctionName": places.notification, "Payload.$": _UPLOAD},
        seconds=SECONDS[Function.NOTIFICATION],
        retry=AGAIN,
        catch=[caught(ALL, "NotifyFailed", "$.error")],
        result="$.notified",
        then="Done",
    )
