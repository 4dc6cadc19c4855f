"""The work that a message asks for, by its format."""

import json
from functools import partial
from typing import Any

from hallmark.naming import thing
from hallmark.redrive.dead_letters import dead_letter
from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue
from hallmark.redrive.services import invoke
from hallmark.redrive.work import Unknown, Work
from hallmark.stage import Stage


def work_of(stage: Stage, queue: Queue, message: dict[str, Any], failures: Failures) -> Work:
    """Return the work of a received message; Unknown for a format that none of our resources writes."""
    attributes = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    try:
        match json.loads(message["Body"]):
            case {"requestContext": {"functionArn": str(arn)}, "requestPayload": payload}:
                return _invocation(stage, failures, arn, payload)
            case {"detail-type": str(), "source": str(), "time": str(), "detail": dict()} as event:
                rule, target = attributes["RULE_ARN"], attributes["TARGET_ARN"]
                return dead_letter(stage, queue, event, rule, target, failures)
            case dict() as body if work := failures.shape(stage, body):
                return work
    except KeyError as missing:
        raise Unknown(f"it has no attribute {missing.args[0]}") from None
    except ValueError:
        raise Unknown("it is not JSON") from None
    raise Unknown("it has no format of the pipeline")


def _invocation(stage: Stage, failures: Failures, function_arn: str, payload: Any) -> Work:
    """Return the work of an event on which a function failed after its retries.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    # An output may name a version or an alias.
    ours = {":".join(stage.outputs[name].split(":")[:7]) for name in failures.functions}
    function, qualifier = ":".join(function_arn.split(":")[:7]), ":".join(function_arn.split(":")[7:])
    if function not in ours:
        raise Unknown(f"the function {function_arn.rsplit('function:', 1)[-1]} is not one of the stage's")
    name = function.rsplit(":", 1)[1]
    return Work(
        f"invoke {thing(stage, name)}{qualifier and f':{qualifier}'}", partial(invoke, stage, function_arn, payload)
    )
