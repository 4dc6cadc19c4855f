"""A REST API of one POST method with a key, a plan, a schema, traces and access logs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.metadata import mark
from infra.names import Names

ACCESS_LOG_PREFIX = "/aws/apigateway/"
# Neither bodies nor keys, and none of API Gateway's error texts: those can hold a value of the request.
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

_ANSWERS = ("202", "400", "403", "409", "429", "503")


@dataclass(frozen=True)
class Plan:
    """Who may call and how much: requests a second, requests at once, requests a day."""

    key_name: str
    name: str
    rate: int
    burst: int
    quota_per_day: int


class KeyedRestApi(Construct):
    """`POST /<path>` to a function's alias; the stage is named like ours."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        path: str,
        handler: lambda_.Alias,
        schema: Mapping[str, Any],
        plan: Plan,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = names.of(path, "apigw")
        self._api = self._rest_api(names)
        mark(self._api, names, "api")
        self._post(path, handler, schema, names)
        self._refusals(schema)
        self._try_again()
        self._plan(plan, names)
        self.api_id = self._api.rest_api_id
        self.url = self._api.url

    def _rest_api(self, names: Names) -> apigateway.RestApi:
        access_logs = logs.LogGroup(
            self,
            "AccessLogs",
            log_group_name=f"{ACCESS_LOG_PREFIX}{self.name}",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=RemovalPolicy.DESTROY,
        )
        api = apigateway.RestApi(
            self,
            "Api",
            rest_api_name=self.name,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            # The account's role is made once, in hallmark-account.
            cloud_watch_role=False,
            deploy_options=apigateway.StageOptions(
                stage_name=names.stage,
                tracing_enabled=True,
                access_log_destination=apigateway.LogGroupLogDestination(access_logs),
                access_log_format=apigateway.AccessLogFormat.custom(json.dumps(_ACCESS_LOG)),
            ),
        )
        # The stack has outputs of its own, by name.
        api.node.try_remove_child("Endpoint")
        return api

    def _post(self, path: str, handler: lambda_.Alias, schema: Mapping[str, Any], names: Names) -> None:
        model = apigateway.CfnModel(
            self, "Request", rest_api_id=self._api.rest_api_id, content_type="application/json", schema=dict(schema)
        )
        # An L1 model takes the schema file as it is, but a change of it must make a new deployment too.
        if self._api.latest_deployment:
            self._api.latest_deployment.add_to_logical_id({"model": dict(schema)})
        self._api.root.add_resource(path).add_method(
            "POST",
            apigateway.LambdaIntegration(handler, proxy=True, allow_test_invoke=False),
            api_key_required=True,
            # A body whose Content-Type has no model is not validated, unless `$default` has one.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
            request_models={"$default": apigateway.Model.from_model_name(self, "Model", model.ref)},
            request_validator=self._api.add_request_validator(
                "Validator", request_validator_name=names.of("body", "validator"), validate_request_body=True
            ),
            # A proxy's answers need no declaration, but the exported OpenAPI document has no others.
            method_responses=[apigateway.MethodResponse(status_code=status) for status in _ANSWERS],
        )

    def _refusals(self, schema: Mapping[str, Any]) -> None:
        """Every refusal of API Gateway's own has our shape.

        Its validation texts leave out the field or repeat the value, so a bad body is answered with all the rules.
        https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
        """
        rules = [{"field": name, "rule": field["description"]} for name, field in schema["properties"].items()]
        message = "The body does not match the request schema: one of these rules is broken"
        bad_body = {"message": message, "errors": [{"field": "body", "rule": "a JSON object"}, *rules]}
        other = '{"message": $context.error.messageString, "errors": []}'
        self._gateway_response("BadBody", apigateway.ResponseType.BAD_REQUEST_BODY, json.dumps(bad_body), "400")
        self._gateway_response("Default4xx", apigateway.ResponseType.DEFAULT_4_XX, other)
        self._gateway_response("Default5xx", apigateway.ResponseType.DEFAULT_5_XX, other)

    def _try_again(self) -> None:
        """A function that is throttled, fails or is too slow is a 503 for the client, who then sends again.

        Uncustomized they are 500, 502 and 504. That a throttled function and a failing one count as INTEGRATION_FAILURE
        is reported, not documented (first two: documentation; then: reports).
        https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
        https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
        https://stackoverflow.com/questions/36363280
        https://github.com/DataBiosphere/azul/issues/7470
        """
        body = json.dumps({"message": "try again", "errors": []})
        # A header's fixed value is in single quotes.
        retry_after = {"Retry-After": "'1'"}
        for construct_id, kind in (
            ("IntegrationFailure", apigateway.ResponseType.INTEGRATION_FAILURE),
            ("IntegrationTimeout", apigateway.ResponseType.INTEGRATION_TIMEOUT),
        ):
            self._gateway_response(construct_id, kind, body, "503", retry_after)

    def _gateway_response(
        self,
        construct_id: str,
        kind: apigateway.ResponseType,
        template: str,
        status: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._api.add_gateway_response(
            construct_id,
            type=kind,
            status_code=status,
            response_headers=headers,
            templates={"application/json": template},
        )

    def _plan(self, plan: Plan, names: Names) -> None:
        usage_plan = self._api.add_usage_plan(
            "Plan",
            name=names.of(plan.name, "plan"),
            throttle=apigateway.ThrottleSettings(rate_limit=plan.rate, burst_limit=plan.burst),
            quota=apigateway.QuotaSettings(limit=plan.quota_per_day, period=apigateway.Period.DAY),
            api_stages=[apigateway.UsagePlanPerApiStage(api=self._api, stage=self._api.deployment_stage)],
        )
        # Without a value: API Gateway makes one, and it is in no template.
        key = apigateway.ApiKey(self, "Key", api_key_name=names.of(plan.key_name, "key"))
        usage_plan.add_api_key(key)
        self.usage_plan_id, self.api_key_id = usage_plan.usage_plan_id, key.key_id
