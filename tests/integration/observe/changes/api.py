"""Changes to the API and its usage plan."""

import json
from collections.abc import Iterator

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from tests.integration.observe.changes.table import by_hand


def _patch(stage: Stage, operation: str, path: str, value: str, **which: str) -> None:
    change = [{"op": "replace", "path": path, "value": value}]
    getattr(stage.client("apigateway"), operation)(**which, patchOperations=change)


def _method(stage: Stage, path: str, value: str) -> None:
    api = stage.outputs[Output.API_ID]
    resources = stage.client("apigateway").get_resources(restApiId=api)["items"]
    resource = next(one["id"] for one in resources if one["path"] == "/transactions")
    _patch(stage, "update_method", path, value, restApiId=api, resourceId=resource, httpMethod="POST")


@by_hand("ApitransactionsPOST", "ApiKeyRequired", "RT_API_KEY")
def the_method_wants_no_key(stage: Stage) -> Iterator[None]:
    _method(stage, "/apiKeyRequired", "false")
    yield
    _method(stage, "/apiKeyRequired", "true")


@by_hand("ApiDeploymentStagedev", "TracingEnabled", "RT_API_TRACING")
def the_api_is_no_longer_traced(stage: Stage) -> Iterator[None]:
    which = {"restApiId": stage.outputs[Output.API_ID], "stageName": "dev"}
    _patch(stage, "update_stage", "/tracingEnabled", "false", **which)
    yield
    _patch(stage, "update_stage", "/tracingEnabled", "true", **which)


@by_hand("ApiValidator", "ValidateRequestBody", "RT_API_SCHEMA")
def bodies_are_not_validated(stage: Stage) -> Iterator[None]:
    api = stage.outputs[Output.API_ID]
    (validator,) = stage.client("apigateway").get_request_validators(restApiId=api)["items"]
    which = {"restApiId": api, "requestValidatorId": validator["id"]}
    _patch(stage, "update_request_validator", "/validateRequestBody", "false", **which)
    yield
    _patch(stage, "update_request_validator", "/validateRequestBody", "true", **which)


@by_hand("ApiPlan", "Throttle.RateLimit", "RT_API_KEY")
def the_plan_lets_everything_through(stage: Stage) -> Iterator[None]:
    plan = stage.outputs[Output.USAGE_PLAN_ID]
    before = stage.client("apigateway").get_usage_plan(usagePlanId=plan)["throttle"]["rateLimit"]
    _patch(stage, "update_usage_plan", "/throttle/rateLimit", "20000", usagePlanId=plan)
    yield
    _patch(stage, "update_usage_plan", "/throttle/rateLimit", str(before), usagePlanId=plan)


@by_hand("ApiDeploymentStagedev", "AccessLogSetting.Format", "RT_API_LOGS")
def access_logs_hold_the_key(stage: Stage) -> Iterator[None]:
    which = {"restApiId": stage.outputs[Output.API_ID], "stageName": "dev"}
    before = stage.client("apigateway").get_stage(**which)["accessLogSettings"]["format"]
    added = json.dumps({**json.loads(before), "key": "$context.identity.apiKey"})
    _patch(stage, "update_stage", "/accessLogSettings/format", added, **which)
    yield
    _patch(stage, "update_stage", "/accessLogSettings/format", before, **which)


@by_hand(
    "ApitransactionsPOST", "Integration.Uri", "RT_API_ROUTE", "RT_FN_DESTINATIONS", "RT_FN_PROVISIONED", "RT_IAM_LEAST"
)
def the_api_calls_no_alias(stage: Stage) -> Iterator[None]:
    api, apigateway = stage.outputs[Output.API_ID], stage.client("apigateway")
    resources = apigateway.get_resources(restApiId=api)["items"]
    resource = next(one["id"] for one in resources if one["path"] == "/transactions")
    which = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    before = apigateway.get_integration(**which)["uri"]
    _patch(stage, "update_integration", "/uri", before.replace(":live/", "/"), **which)
    yield
    _patch(stage, "update_integration", "/uri", before, **which)
