"""A machine's call of a service: a request with a session of the machine's role, as on AWS.

So the service judges it, and what is recorded, counted or struck by a fault is what any other request is.
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import json
import os
from functools import lru_cache
from typing import Any

from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from ministack.core import lambda_runtime
from ministack.core.responses import get_account_id, get_region

from hallmark.stage.embedded.extensions.fault_injection import AGENT
from hallmark.stage.embedded.extensions.iam_judge import role_trusts
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
}
# Texts that a definition may give as objects.
_TEXTS = ("MessageBody", "Message")
_UNMODELLED = {"DynamoDB": "AmazonDynamoDBException", "SQS": "AmazonSQSException", "SNS": "AmazonSNSException"}


def perform(machine: Json, integration: str, data: Json) -> Json:
    """Return the service's response; Failed with the name that the integration gives an error."""
    service, action, prefix = _parsed(integration)
    if not role_trusts(machine["roleArn"], TRUSTED, machine["stateMachineArn"]):
        raise Failed(f"{prefix}.AccessDeniedException", f"{TRUSTED} may not assume the role {machine['roleArn']}")
    arguments = dict(data)
    for name in _TEXTS:
        if isinstance(arguments.get(name), (dict, list)):
            arguments[name] = json.dumps(arguments[name], separators=(",", ":"))
    client = _client(service, machine["name"], machine["roleArn"], get_account_id(), get_region())
    operation = getattr(client, xform_name(action), None)
    if operation is None:
        raise broken(f"{integration} is no action of {service}")
    try:
        answer: Json = operation(**arguments)
    except ClientError as error:
        raise Failed(_error(client, prefix, error), error.response["Error"].get("Message", "")) from error
    except BotoCoreError as error:
        raise broken(f"{integration}: {error}") from error
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def _parsed(integration: str) -> tuple[str, str, str]:
    if integration in OPTIMIZED:
        service, _, action = integration.partition(":")
        return service, action, OPTIMIZED[integration]
    kind, _, rest = integration.partition(":")
    service, _, action = rest.partition(":")
    if kind != "aws-sdk" or not action:
        raise broken(f"The embedded stage does not have the integration {integration}")
    return service, action, "DynamoDb" if service == "dynamodb" else service[:1].upper() + service[1:]


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
    return session(*keys, region=region).client(service, endpoint_url=address, config=once)
