"""Access logs of an API stage, in the format that the template sets.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

import re
import time
from datetime import UTC, datetime
from typing import Any

from ministack.services import apigateway_v1, cloudwatch_logs

from hallmark.stage.embedded.extensions import tracing
from hallmark.stage.embedded.extensions.iam_judge import role_may, role_trusts
from hallmark.stage.embedded.extensions.provisioning import Properties, after

STREAM = "access"
WRITING = ("logs:CreateLogStream", "logs:PutLogEvents")
_VARIABLE = re.compile(r"\$context\.([A-Za-z.]+[A-Za-z])")
_ROOT = re.compile(r"\bRoot=([^;\s]+)")


def _keep(_: str, properties: Properties) -> None:
    stage = apigateway_v1._stages_v1[properties["RestApiId"]][properties["StageName"]]
    if setting := properties.get("AccessLogSetting"):
        stage["accessLogSettings"] = {"destinationArn": setting["DestinationArn"], "format": setting["Format"]}


def _may_write(streams: str) -> bool:
    """Return whether API Gateway may write: with the one role that the account names for it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html#set-up-access-logging-permissions
    """
    role = str((apigateway_v1._account_settings.get("settings") or {}).get("cloudwatchRoleArn"))
    may_assume = role_trusts(role, "apigateway.amazonaws.com", streams)
    return may_assume and all(role_may(role, "apigateway", action, streams) for action in WRITING)


def _write(setting: dict[str, str], values: dict[str, Any]) -> None:
    name = setting["destinationArn"].split(":log-group:")[-1].removesuffix(":*")
    group = cloudwatch_logs._log_groups.get(name)
    if group is None or not _may_write(f"{setting['destinationArn'].removesuffix(':*')}:log-stream:"):
        return
    if STREAM not in group["streams"]:
        cloudwatch_logs._create_log_stream({"logGroupName": name, "logStreamName": STREAM})
    now = int(time.time() * 1000)
    message = _VARIABLE.sub(lambda match: str(values.get(match.group(1), "-")), setting["format"])
    line = {"timestamp": now, "message": message, "ingestionTime": now}
    cloudwatch_logs._append_log_events(group["streams"][STREAM], [line])


def _traced(api: str, stage: str) -> bool:
    return bool(apigateway_v1._stages_v1.get(api, {}).get(stage, {}).get("tracingEnabled"))


def _caller(headers: dict[str, Any]) -> dict[str, str]:
    """Return the id of the request's API key, if there is such a key, and the id of the trace."""
    key = apigateway_v1._resolve_api_key(apigateway_v1._api_key_from_request(headers))
    trace = _ROOT.search(apigateway_v1._header_ci(headers, "x-amzn-trace-id"))
    found = {"identity.apiKeyId": key and key["id"], "xrayTraceId": trace and trace.group(1)}
    return {name: value for name, value in found.items() if value}


def install() -> None:
    """Keep the setting, and write one line for each answered request."""
    after("AWS::ApiGateway::Stage", _keep)
    execute = apigateway_v1._execute_in_scope

    async def execute_and_log(request: dict[str, Any], api: str, stage: str, method: str, path: str, *rest: Any) -> Any:
        started = time.monotonic()
        if _traced(api, stage):
            # Refused requests also have a trace, so it must exist before the integration.
            request["headers"].setdefault("x-amzn-trace-id", tracing._new_root())
        response = await execute(request, api, stage, method, path, *rest)
        setting = (request.get("stage") or {}).get("accessLogSettings")
        if setting:
            refused = isinstance(response, apigateway_v1._GatewayError)
            answer = apigateway_v1._gateway_error_response(response, request) if refused else response
            now = datetime.now(UTC)
            values = {
                "requestId": request["request_id"],
                "httpMethod": method,
                "resourcePath": request["resource_path"],
                "path": path,
                "stage": stage,
                "apiId": api,
                "protocol": "HTTP/1.1",
                "status": answer[0],
                "responseLength": len(answer[2] or b""),
                "responseLatency": int((time.monotonic() - started) * 1000),
                "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
                "requestTimeEpoch": int(now.timestamp() * 1000),
                "identity.sourceIp": "127.0.0.1",
                "error.responseType": response.response_type if refused else "-",
                **_caller(request["headers"]),
            }
            _write(setting, values)
        return response

    apigateway_v1._execute_in_scope = execute_and_log
