"""The branch of what fails: a letter in the queue, the transaction's state, and Fail.

Each step is tried again, and none keeps the next from happening. A transaction without a letter stays open, so that it
is found as stuck; what was never recorded has nothing that could, so its letter is tried longer. Ending in anything but
Fail would hide the failure from the machine's metrics.
"""

from infra.constructs.states import ALL, TWICE, Retry, State, caught, onwards
from infra.constructs.workflow import call
from infra.screening.places import EXECUTION, TRANSACTION, record_key

UNCHECKED, UNKNOWN_OUTCOME = "UncheckedId", "UnknownOutcome"
# What is known of a transaction once validation has accepted it.
_CHECKED = ("Score", "Check", "TellFraud", "TellCompliance", "MarkTold")
# Of a letter that is all that is known of a transaction.
_LONGER = Retry(TWICE.errors, attempts=4, seconds=2, rate=2, at_most=10)
_UNMET = ("DynamoDB.ConditionalCheckFailedException",)
# Where the failure of validation itself is kept, beside the claim at 0.
_UNCHECKED_TIME = "-1"
_NAMES = {"#states": "states", "#failed": "failed", "#error": "error", "#open": "open"}


def failed(state: str) -> str:
    """Return the state that follows what fails in `state`."""
    return f"{state}Failed"


def unknown(state: str) -> str:
    """Return the state that follows an answer of `state` that is none."""
    return f"{state}Unknown"


def failure_branch(queue_url: str, table: str) -> dict[str, State]:
    """Return the states that follow a Catch; the first of them says which state failed."""
    return {
        UNKNOWN_OUTCOME: _no_answer(UNCHECKED),
        UNCHECKED: _unchecked_id(),
        "KeepUnchecked": _keep(queue_url, kept="IdKnown", unkept="IdKnown", retry=_LONGER),
        "IdKnown": _id_known(),
        "MarkUnchecked": _mark_unchecked(table),
        unknown("Check"): _no_answer(failed("Check")),
        **{failed(state): _failure(state) for state in _CHECKED},
        "KeepFailure": _keep(queue_url, kept="MarkFailed", unkept="Failed"),
        "MarkFailed": _mark_failed(table),
        "MarkUntold": _mark_untold(table),
        "Failed": {"Type": "Fail", "ErrorPath": "$.failure.error", "CausePath": "$.failure.state"},
    }


def _no_answer(then: str) -> State:
    """Return what makes an answer that is none of those known an error of its state."""
    return {"Type": "Pass", "Result": {"Error": UNKNOWN_OUTCOME}, "ResultPath": "$.error", **onwards(then)}


def _unchecked_id() -> State:
    """Return what is kept of unchecked input, which may hold card data: an id that is one, and holds no long number.

    Intrinsic functions and choices compare with wildcards only, hence JSONata.
    https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
    """
    expression = """{% (
        $input := $states.input.transaction;
        $id := $type($input) = 'object' ? $input.transaction_id;
        $is_id := $type($id) = 'string'
            ? $length($id) >= 8 and $length($id) <= 64 and $contains($id, /^[A-Za-z0-9]/)
                and $not($contains($id, /[^A-Za-z0-9_-]/)) and $not($contains($id, /[0-9]([_-]*[0-9]){12}/))
            : false;
        $merge([
            {'state': 'Validate', 'error': $states.input.error.Error, 'execution': $states.input.execution},
            $is_id ? {'transactionId': $id} : {}
        ])
    ) %}"""
    return {
        "Type": "Pass",
        "QueryLanguage": "JSONata",
        "Output": {"failure": " ".join(expression.split())},
        **onwards("KeepUnchecked"),
    }


def _failure(state: str) -> State:
    """Return what is kept of a failure: never the error's cause, which may repeat what a transaction holds."""
    about = {"error.$": "$.error.Error", "execution.$": EXECUTION, "transaction.$": TRANSACTION}
    return {
        "Type": "Pass",
        "Parameters": {"state": state, **about},
        "ResultPath": "$.failure",
        **onwards("KeepFailure"),
    }


def _keep(queue_url: str, *, kept: str, unkept: str, retry: Retry = TWICE) -> State:
    return call(
        "sqs:sendMessage",
        {"QueueUrl": queue_url, "MessageBody.$": "$.failure"},
        catch=[caught(ALL, unkept, "$.notKept")],
        result="$.kept",
        then=kept,
        retry=retry,
    )


def _id_known() -> State:
    known = {"Variable": "$.failure.transactionId", "IsPresent": True, **onwards("MarkUnchecked")}
    return {"Type": "Choice", "Choices": [known], "Default": "Failed"}


def _mark_unchecked(table: str) -> State:
    parameters = {
        "TableName": table,
        "Key": {"transaction_id": {"S.$": "$.failure.transactionId"}, "timestamp": {"N": _UNCHECKED_TIME}},
        "UpdateExpression": "SET #status = :failed, #error = :error, #execution = :execution, #failed_at = :now",
        "ExpressionAttributeNames": {
            "#status": "status",
            "#error": "error",
            "#execution": "execution",
            "#failed_at": "failed_at",
        },
        "ExpressionAttributeValues": {":failed": {"S": "failed"}, **_values()},
    }
    return call(
        "dynamodb:updateItem",
        parameters,
        catch=[caught(ALL, "Failed", "$.notMarked")],
        result="$.marked",
        then="Failed",
    )


def _mark_failed(table: str) -> State:
    """Return the mark of what is not decided, unless a later execution is at it."""
    return call(
        "dynamodb:updateItem",
        {
            "TableName": table,
            "Key": record_key(),
            "UpdateExpression": "SET #status = :failed, #states.#failed = :now, #error = :error REMOVE #open",
            "ConditionExpression": "attribute_not_exists(#decision) AND #execution = :execution",
            "ExpressionAttributeNames": {
                **_NAMES,
                "#status": "status",
                "#decision": "decision",
                "#execution": "execution",
            },
            "ExpressionAttributeValues": {":failed": {"S": "failed"}, **_values()},
        },
        catch=[caught(_UNMET, "MarkUntold", "$.notMarked"), caught(ALL, "Failed", "$.notMarked")],
        result="$.marked",
        then="Failed",
    )


def _mark_untold(table: str) -> State:
    """Return the mark of what this execution has decided without telling all: the letter lets others tell it."""
    return call(
        "dynamodb:updateItem",
        {
            "TableName": table,
            "Key": record_key(),
            "UpdateExpression": "SET #states.#failed = :now, #error = :error REMOVE #open",
            "ConditionExpression": "#decided_by = :execution AND attribute_not_exists(#states.#told)",
            "ExpressionAttributeNames": {**_NAMES, "#decided_by": "decided_by", "#told": "told"},
            "ExpressionAttributeValues": _values(),
        },
        catch=[caught(ALL, "Failed", "$.notMarked")],
        result="$.marked",
        then="Failed",
    )


def _values() -> State:
    error = {"state": {"S.$": "$.failure.state"}, "name": {"S.$": "$.failure.error"}}
    return {
        ":error": {"M": error},
        ":execution": {"S.$": "$.failure.execution"},
        ":now": {"S.$": "$$.State.EnteredTime"},
    }
