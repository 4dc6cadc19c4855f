"""A machine's call of a service: a request with a session of the machine's role, as on AWS.

So the service judges it, and what is recorded, counted or struck by a fault is what any other request is.
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import json
import os
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from ministack.core import lambda_runtime
from ministack.core.responses import get_account_id, get_region

from hallmark.stage.embedded.extensions.fault_injection import AGENT
from hallmark.stage.embedded.extensions.iam_judge import role_trusts
from hallmark.stage.embedded.speed import own_calls
from hallmark.stage.embedded.workflows.failures import Failed, broken
from hallmark.stage.embedded.workflows.lambda_calls import TRUSTED
from hallmark.stage.sessions import session

Json = dict[str, Any]
# The integrations that are made for a service, with the prefix of their errors.
OPTIMIZED = {
    **dict.fromkeys(("dynamodb:getItem", "dynamodb:putItem", "dynamodb:updateItem", "dynamodb:deleteItem"), "DynamoDB"),
    "sqs:sendMessage": "SQS",
    "sns:publish": "SNS",
    "events:putEvents": "EventBridge",
    "lambda:invoke": "Lambda",
    "states:startExecution": "StepFunctions",
}
# Services that Step Functions names otherwise than boto3.
_SERVICES = {
    **dict.fromkeys(("states", "sfn"), "stepfunctions"),
    **{"eventbridge": "events", "cloudwatchlogs": "logs", "cloudwatchevents": "events"},
}
# Texts that a definition may give as objects.
_TEXTS = ("MessageBody", "Message", "Detail", "Input", "Payload")
_UNMODELLED = {"DynamoDB": "AmazonDynamoDBException", "SQS": "AmazonSQSException", "SNS": "AmazonSNSException"}


def perform(machine: Json, integration: str, data: Json) -> Json:
    """Return the service's response; Failed with the name that the integration gives an error."""
    service, action, prefix = _parsed(integration)
    if not role_trusts(machine["roleArn"], TRUSTED, machine["stateMachineArn"]):
        raise Failed(f"{prefix}.AccessDeniedException", f"{TRUSTED} may not assume the role {machine['roleArn']}")
    try:
        client = _client(service, machine["name"], machine["roleArn"], get_account_id(), get_region())
    except BotoCoreError as error:
        raise broken(f"{integration}: {error}") from error
    operation = client.meta.method_to_api_mapping.get(xform_name(action))
    if operation is None:
        raise broken(f"{integration} is no action of {service}")
    shape = client.meta.service_model.operation_model(operation).input_shape
    try:
        answer: Json = getattr(client, xform_name(action))(**_arguments(shape, data))
    except ClientError as error:
        raise Failed(_error(client, prefix, error), error.response["Error"].get("Message", "")) from error
    except BotoCoreError as error:
        raise broken(f"{integration}: {error}") from error
    if integration == "events:putEvents" and answer["FailedEntryCount"]:
        raise Failed("EventBridge.FailedEntry", json.dumps(answer["Entries"]))
    return {_capital(name): _shown(value) for name, value in answer.items() if name != "ResponseMetadata"}


def _capital(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}"


def _arguments(shape: Any, value: Any) -> Any:
    """Return parameters by the names that boto3 has: Step Functions begins each with a capital."""
    if shape is not None and shape.type_name == "structure" and isinstance(value, dict):
        known = {_capital(name): name for name in shape.members}
        found = {known.get(name, name): one for name, one in value.items()}
        return {name: _argument(name, shape.members.get(name), one) for name, one in found.items()}
    if shape is not None and shape.type_name == "list" and isinstance(value, list):
        return [_arguments(shape.member, one) for one in value]
    return value


def _argument(name: str, shape: Any, value: Any) -> Any:
    is_text = shape is not None and shape.type_name in ("string", "blob")
    if _capital(name) in _TEXTS and is_text and isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"))
    return _arguments(shape, value)


def _shown(value: Any) -> Any:
    """Return a part of a response as JSON has it."""
    if isinstance(value, dict):
        return {str(name): _shown(one) for name, one in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_shown(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, StreamingBody):
        value = value.read()
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _parsed(integration: str) -> tuple[str, str, str]:
    if integration in OPTIMIZED:
        service, _, action = integration.partition(":")
        return _SERVICES.get(service, service), action, OPTIMIZED[integration]
    kind, _, rest = integration.partition(":")
    service, _, action = rest.partition(":")
    if kind != "aws-sdk" or not action:
        raise broken(f"The embedded stage does not have the integration {integration}")
    prefix = "DynamoDb" if service == "dynamodb" else service[:1].upper() + service[1:]
    return _SERVICES.get(service, service), action, prefix


def _error(client: Any, prefix: str, error: ClientError) -> str:
    """Return the name of the class that the service's model gives the error, or the one for all others."""
    code = error.response["Error"].get("Code", "").rsplit(".", 1)[-1]
    model = client.meta.service_model.shape_for_error_code(code)
    if model is None:
        return f"{prefix}.{_UNMODELLED.get(prefix, f'{prefix}Exception')}"
    return f"{prefix}.{model.name if model.name.endswith('Exception') else f'{model.name}Exception'}"


@lru_cache(maxsize=64)
def _client(service: str, machine: str, role: str, account: str, region: str) -> Any:
    # The emulator makes sessions for functions: a machine's has its name in the place of the function's.
    arn = f"arn:aws:lambda:{region}:{account}:function:{machine}"
    given = lambda_runtime.execution_credentials({"FunctionName": machine, "FunctionArn": arn, "Role": role})
    keys = (given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"])
    once = Config(retries={"max_attempts": 0}, user_agent=f"{AGENT}{machine}", proxies={})
    address = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"
    client = session(*keys, region=region).client(service, endpoint_url=address, config=once)
    own_calls.connect(client)
    return client
