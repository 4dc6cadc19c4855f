"""API Gateway needs the function's policy to call it; Lambda writes a function's log with the function's role.

https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1, cloudwatch_logs, lambda_svc

from hallmark.stage.embedded.extensions.iam_judge import role_may, service_may

Json = dict[str, Any]


def _may_call(integration: Json, api: str, stage: str, method: str, path: str) -> bool:
    function = apigateway_v1._extract_lambda_ref_from_integration_uri(integration.get("uri", ""))
    policy, _ = lambda_svc.function_policy_for_arn(function) or (None, None)
    source = apigateway_v1.execute_api_arn(get_region(), get_account_id(), api, stage, method, path)
    return service_may("apigateway.amazonaws.com", policy, "lambda:InvokeFunction", function, source)


def _may_log(config: Json) -> bool:
    """Return whether the role may write; a missing group must be created, which needs one more permission."""
    name = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
    streams = f"arn:aws:logs:{get_region()}:{get_account_id()}:log-group:{name}:log-stream:"
    actions = ["logs:CreateLogStream", "logs:PutLogEvents"]
    if name not in cloudwatch_logs._log_groups:
        actions.insert(0, "logs:CreateLogGroup")
    return all(role_may(config["Role"], config["FunctionName"], action, streams) for action in actions)


def install() -> None:
    """Refuse calls that the function's policy does not allow, as AWS does, and logs that the role may not write."""
    invoke_proxy, emit = apigateway_v1._invoke_lambda_proxy_v1, lambda_svc._emit_lambda_logs

    async def invoke_lambda_proxy(
        integration: Json,
        api: str,
        stage: str,
        described: Json,
        resource: Json,
        path: str,
        method: str,
        *rest: Any,
        **options: Any,
    ) -> Any:
        if not _may_call(integration, api, stage, method, resource.get("path", path)):
            return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
        return await invoke_proxy(integration, api, stage, described, resource, path, method, *rest, **options)

    def emit_logs(function: Json, *rest: Any, **options: Any) -> None:
        if _may_log(function.get("config") or function):
            emit(function, *rest, **options)

    apigateway_v1._invoke_lambda_proxy_v1 = invoke_lambda_proxy
    lambda_svc._emit_lambda_logs = emit_logs
