"""A REST API with API keys, a usage plan, validation, tracing and access logs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.gateway_responses import GatewayResponse
from infra.constructs.metadata import mark
from infra.names import Names

ACCESS_LOG_PREFIX = "/aws/apigateway/"
# No bodies, no keys, and none of API Gateway's error messages: these can contain a value of the request.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "xrayTraceId": "$context.xrayTraceId",
    "requestTime": "$context.requestTime",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "errorType": "$context.error.responseType",
    "apiKeyId": "$context.identity.apiKeyId",
    "sourceIp": "$context.identity.sourceIp",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
}
# The schema that nothing fits.
_NOTHING: Mapping[str, Any] = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "title": "a type of body that is refused",
    "not": {},
}
# What a validator checks (body, parameters) -> its construct id, its purpose.
_VALIDATORS = {
    (True, False): ("Validator", "body"),
    (False, True): ("ParametersValidator", "parameters"),
    (True, True): ("RequestValidator", "request"),
}


@dataclass(frozen=True)
class Route:
    """One method of a path, answered by a function; it requires a key.

    `schema` is the body's, for any Content-Type; `required` names parameters, such as `method.request.path.id`;
    `answers` are the status codes, for the exported OpenAPI document; `refused` are types of bodies that no body fits.
    """

    method: str
    path: str
    handler: lambda_.IFunction
    answers: Sequence[str]
    schema: Mapping[str, Any] | None = None
    required: Sequence[str] = ()
    refused: Sequence[str] = ()
    model: str = "Request"
    # Letters and digits; by default CloudFormation generates one.
    model_name: str | None = None


@dataclass(frozen=True)
class Plan:
    """The usage plan: requests a second, burst, requests a day.

    `keys` maps construct ids to purposes, which name the keys.
    """

    keys: Mapping[str, str]
    name: str
    rate: int
    burst: int
    quota_per_day: int


class KeyedRestApi(Construct):
    """Routes to functions; the API's stage has the name of ours.

    Bodies of the types in `binary` reach the functions byte by byte, as base64: others are read as UTF-8.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        purpose: str,
        routes: Sequence[Route],
        responses: Sequence[GatewayResponse],
        plan: Plan,
        log_retention: logs.RetentionDays,
        binary: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = names.of(purpose, "apigw")
        self._names = names
        self._api = self._rest_api(log_retention, binary)
        mark(self._api, names, "api")
        self._validators: dict[tuple[bool, bool], apigateway.IRequestValidator] = {}
        for route in routes:
            self._add(route)
        for response in responses:
            self._refuse(response)
        self._plan(plan)
        self.api_id = self._api.rest_api_id
        self.url = self._api.url

    def _rest_api(self, log_retention: logs.RetentionDays, binary: Sequence[str]) -> apigateway.RestApi:
        access_logs = logs.LogGroup(
            self,
            "AccessLogs",
            log_group_name=f"{ACCESS_LOG_PREFIX}{self.name}",
            retention=log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=self.name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            binary_media_types=list(binary) or None,
            # The account's role exists once per region, in hallmark-account.
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=self._names.stage,
                tracing_enabled=True,
                access_log_destination=apigateway.LogGroupLogDestination(access_logs),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
            ),
        )
        # The stack defines its own outputs.
        api.node.try_remove_child("Endpoint")
        return api

    def _add(self, route: Route) -> None:
        models = self._models(route)
        self._api.root.resource_for_path(route.path).add_method(
            route.method,
            apigateway.LambdaIntegration(route.handler, proxy=True, allow_test_invoke=False),
            api_key_required=True,
            request_models=models,
            request_parameters=dict.fromkeys(route.required, True) or None,
            request_validator=self._validator(bool(models), bool(route.required)),
            # A proxy's responses need no declaration, but only declared ones are in the exported OpenAPI document.
            method_responses=[apigateway.MethodResponse(status_code=status) for status in route.answers],
        )

    def _models(self, route: Route) -> dict[str, apigateway.IModel] | None:
        """Return the models by the types of bodies that they judge.

        A body whose Content-Type has no model is not validated, unless `$default` has one.
        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
        """
        types = ["$default"] if route.schema is not None else route.refused
        if not types:
            return None
        model = self._model(route, _NOTHING if route.schema is None else route.schema)
        return dict.fromkeys(types, model)

    def _model(self, route: Route, schema: Mapping[str, Any]) -> apigateway.IModel:
        model = apigateway.CfnModel(
            self,
            route.model,
            rest_api_id=self._api.rest_api_id,
            content_type="application/json",
            name=route.model_name,
            schema=dict(schema),
        )
        # An L1 model takes the schema unchanged, but a new schema must also create a new deployment.
        if self._api.latest_deployment:
            self._api.latest_deployment.add_to_logical_id({"model": dict(schema)})
        return apigateway.Model.from_model_name(self, f"{route.model}Name", model.ref)

    def _validator(self, body: bool, parameters: bool) -> apigateway.IRequestValidator | None:
        looks_at = (body, parameters)
        if not any(looks_at):
            return None
        if looks_at not in self._validators:
            construct_id, purpose = _VALIDATORS[looks_at]
            self._validators[looks_at] = self._api.add_request_validator(
                construct_id,
                request_validator_name=self._names.of(purpose, "validator"),
                validate_request_body=body or None,
                validate_request_parameters=parameters or None,
            )
        return self._validators[looks_at]

    def _refuse(self, response: GatewayResponse) -> None:
        self._api.add_gateway_response(
            response.construct_id,
            type=response.kind,
            status_code=response.status,
            response_headers=response.headers,
            templates={"application/json": response.template},
        )

    def _plan(self, plan: Plan) -> None:
        usage_plan = self._api.add_usage_plan(
            "Plan",
            name=self._names.of(plan.name, "plan"),
            throttle=apigateway.ThrottleSettings(rate_limit=plan.rate, burst_limit=plan.burst),
            quota=apigateway.QuotaSettings(limit=plan.quota_per_day, period=apigateway.Period.DAY),
            api_stages=[apigateway.UsagePlanPerApiStage(api=self._api, stage=self._api.deployment_stage)],
        )
        self.usage_plan_id = usage_plan.usage_plan_id
        self.key_ids: dict[str, str] = {}
        for construct_id, purpose in plan.keys.items():
            # Without a value: API Gateway generates one, so it is in no template.
            key = apigateway.ApiKey(self, construct_id, api_key_name=self._names.of(purpose, "key"))
            usage_plan.add_api_key(key)
            self.key_ids[construct_id] = key.key_id
