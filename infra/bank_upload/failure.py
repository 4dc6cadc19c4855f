"""The branch of what fails: a letter in the queue, the upload's status, a message to the topic, and Fail.

Each step is tried twice, and none keeps the next from happening. An upload without a letter stays open, so that it is
found as stuck. Ending in anything but Fail would hide the failure from the machine's metrics.
"""

from infra.constructs.states import ALL, State, caught, onwards
from infra.constructs.workflow import call

_UNMET = ("DynamoDB.ConditionalCheckFailedException",)
# The id in a key that has the form `uploads/{bank}/{reportDate}/{uploadId}.csv`; an object elsewhere is its own id.
_FORM = "uploads/*/*/*.csv"
_OTHER_FORMS = ("uploads/*/*/*/*.csv", "uploads/*.*.csv")
_PARTS = "States.StringSplit($.key, '/.')"
_ID_OF_KEY = f"States.ArrayGetItem({_PARTS}, States.MathAdd(States.ArrayLength({_PARTS}), -2))"
_ID_OF_UPLOAD = "$.validated.upload.uploadId"
# An upload that is finished, or whose file is another object or version, does not fail.
_STILL_OPEN = (
    "NOT #status IN (:done, :refused) AND (attribute_not_exists(#version) OR #version = :version)"
    " AND (attribute_not_exists(#key) OR #key = :key)"
)

# What is open, and in no new state for long, is found.
_STAYS_OPEN = ", #open = :open"
# What nobody has recorded but this execution, in an attempt whose answer was lost.
_UNRECORDED = "attribute_not_exists(#states) OR #execution = :execution"


def failure_branch(queue_url: str, table: str, topic: str, stage: str) -> dict[str, State]:
    """Return the states that follow a Catch; the first of them says which state failed."""
    return {
        "OutcomeFailed": _unknown_outcome(),
        "ValidateFailed": _form_of_key(),
        "ValidateFailedForUpload": _failed("Validate", _ID_OF_KEY),
        "ValidateFailedForObject": _failed("Validate", "$.key"),
        "ProcessFailed": _failed("Process", _ID_OF_UPLOAD),
        "NotifyFailed": _failed("Notify", _ID_OF_UPLOAD),
        "KeepFailure": _keep(queue_url),
        "MarkFailure": _mark(table, " REMOVE #open", "MarkObject"),
        "MarkObject": _mark_object(table, ""),
        "MarkUnkept": _mark(table, _STAYS_OPEN, "MarkUnkeptObject"),
        "MarkUnkeptObject": _mark_object(table, _STAYS_OPEN),
        "BankKnown": _bank_known(),
        "TellFailure": _tell(topic, stage, bank="$.marked.Attributes.bank.S"),
        "TellObject": _tell(topic, stage, bank=None),
        "Failed": {"Type": "Fail", "ErrorPath": "$.failure.error", "CausePath": "$.failure.state"},
    }


def _unknown_outcome() -> State:
    """Return what makes an answer of validation that is none of those known an error of it."""
    return {"Type": "Pass", "Result": {"Error": "UnknownOutcome"}, "ResultPath": "$.error", **onwards("ValidateFailed")}


def _form_of_key() -> State:
    """Return the choice that finds where a failure stands of which validation has said nothing."""
    rules = [
        {"Variable": "$.key", "StringMatches": _FORM},
        *({"Not": {"Variable": "$.key", "StringMatches": form}} for form in _OTHER_FORMS),
    ]
    choice = {"And": rules, **onwards("ValidateFailedForUpload")}
    return {"Type": "Choice", "Choices": [choice], "Default": "ValidateFailedForObject"}


def _failed(state: str, upload_id: str) -> State:
    """Return what is kept of a failure: never the error's cause, which may repeat what a file holds."""
    failure = {"state": state, "uploadId.$": upload_id, "error.$": "$.error.Error"}
    about = {"execution.$": "$$.Execution.Id", "input.$": "$$.Execution.Input"}
    return {"Type": "Pass", "Parameters": {**failure, **about}, "ResultPath": "$.failure", **onwards("KeepFailure")}


def _keep(queue_url: str) -> State:
    return call(
        "sqs:sendMessage",
        {"QueueUrl": queue_url, "MessageBody.$": "$.failure"},
        catch=[caught(ALL, "MarkUnkept", "$.notKept")],
        result="$.kept",
        then="MarkFailure",
    )


def _mark(table: str, more: str, unrecorded: str) -> State:
    update = (
        "SET #status = :failed, #states.#failed = :now, #error = :error, #execution = :execution, #finished = :now"
        f"{more}"
    )
    names = {"#states": "states", "#failed": "failed"}
    return call(
        "dynamodb:updateItem",
        {
            **_update(table, update, f"attribute_exists(#states) AND {_STILL_OPEN}", names),
            "ReturnValues": "ALL_NEW",
        },
        catch=[caught(_UNMET, unrecorded, "$.notMarked"), caught(ALL, "TellObject", "$.notMarked")],
        result="$.marked",
        then="BankKnown",
    )


def _mark_object(table: str, more: str) -> State:
    """Return the same for an object that nobody has recorded, such as one put by hand."""
    update = (
        "SET #status = :failed, #states = :states, #error = :error, #execution = :execution, #finished = :now,"
        f" #key = :key, #version = :version, #received = :now{more}"
    )
    names = {"#states": "states", "#received": "receivedAt"}
    values: State = {":states": {"M": {"failed": {"S.$": "$$.State.EnteredTime"}}}}
    return call(
        "dynamodb:updateItem",
        _update(table, update, f"({_UNRECORDED}) AND {_STILL_OPEN}", names, values),
        # It is recorded, and finished: no failure to tell.
        catch=[caught(_UNMET, "Failed", "$.notMarked"), caught(ALL, "TellObject", "$.notMarked")],
        result="$.marked",
        then="TellObject",
    )


def _update(table: str, update: str, condition: str, names: State, values: State | None = None) -> State:
    shared = {
        "#status": "status",
        "#version": "versionId",
        "#key": "objectKey",
        "#error": "error",
        "#execution": "execution",
        "#finished": "finishedAt",
    }
    if "#open" in update:
        shared["#open"] = "open"
    error = {"state": {"S.$": "$.failure.state"}, "name": {"S.$": "$.failure.error"}}
    return {
        "TableName": table,
        "Key": {"uploadId": {"S.$": "$.failure.uploadId"}, "part": {"S": "upload"}},
        "UpdateExpression": update,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {**shared, **names},
        "ExpressionAttributeValues": {
            **{f":{status}": {"S": status} for status in ("failed", "done", "refused")},
            ":version": {"S.$": "$.versionId"},
            ":key": {"S.$": "$.key"},
            ":execution": {"S.$": "$.failure.execution"},
            ":now": {"S.$": "$$.State.EnteredTime"},
            ":error": {"M": error},
            **({":open": {"S": "open"}} if ":open" in update else {}),
            **(values or {}),
        },
    }


def _bank_known() -> State:
    bank = "$.marked.Attributes.bank.S"
    return {
        "Type": "Choice",
        "Choices": [{"Variable": bank, "IsPresent": True, "Next": "TellFailure"}],
        "Default": "TellObject",
    }


def _tell(topic: str, stage: str, bank: str | None) -> State:
    # The same for each execution that the same event starts.
    message_id = "States.Hash(States.Format('{}#{}#failed', $.key, $.versionId), 'SHA-256')"
    message = {
        "messageId.$": message_id,
        "stage": stage,
        "status": "failed",
        "uploadId.$": "$.failure.uploadId",
        "key.$": "$.key",
        "versionId.$": "$.versionId",
        "error": {"state.$": "$.failure.state", "name.$": "$.failure.error"},
        "execution.$": "$.failure.execution",
        **({"bank.$": bank} if bank else {}),
    }
    attributes = {
        "status": {"DataType": "String", "StringValue": "failed"},
        "messageId": {"DataType": "String", "StringValue.$": message_id},
        **({"bank": {"DataType": "String", "StringValue.$": bank}} if bank else {}),
    }
    return call(
        "sns:publish",
        {"TopicArn": topic, "Message": message, "MessageAttributes": attributes},
        catch=[caught(ALL, "Failed", "$.notTold")],
        result="$.told",
        then="Failed",
    )
