"""The API: route, key, plan, schema, refusals, logs."""

import json
from pathlib import Path

import pytest

from tests.support.parts import parts
from tests.support.templates import read_template

SCHEMA = json.loads((Path(__file__).resolve().parents[4] / "infra/realtime/request.schema.json").read_text())
PLAN = {
    "dev": ({"RateLimit": 200, "BurstLimit": 400}, {"Limit": 2000000, "Period": "DAY"}),
    "prod": ({"RateLimit": 500, "BurstLimit": 1000}, {"Limit": 20000000, "Period": "DAY"}),
}
FIELDS = {
    "transactionId": ("string", "^[A-Za-z0-9_-]{8,64}$"),
    "accountId": ("string", "^[A-Za-z0-9_-]{6,64}$"),
    "ts": ("string", None),
    "amount": ("number", None),
    "currency": ("string", "^[A-Z]{3}$"),
    "region": ("string", "^[a-z]{2}(-[a-z]+)+-[0-9]$"),
    "merchantId": ("string", None),
    "merchantCategory": ("string", "^[a-z][a-z0-9-]{1,31}$"),
    "cardNotPresent": ("boolean", None),
    "country": ("string", "^[A-Z]{2}$"),
    "cardholderTimeZone": ("string", None),
}
METHOD = parts(
    {"RT_API_KEY": ("ApiKeyRequired",), "RT_API_SCHEMA": ("RequestModels", "RequestValidatorId")}, rest="RT_API_ROUTE"
)


def only(template, kind):
    ((logical_id, resource),) = template.of_type(f"AWS::ApiGateway::{kind}").items()
    return logical_id, resource["Properties"]


@pytest.mark.parametrize("part", METHOD)
def test_the_one_method_is_a_keyed_validated_proxy_to_the_alias(template, part):
    resource, props = only(template, "Resource")
    assert props["PathPart"] == "transactions"
    api, model, validator = (only(template, kind)[0] for kind in ("RestApi", "Model", "RequestValidator"))
    alias = template.arn("lambda", f"function:{template.name('ingest_processor')}:live")
    wanted = {
        "RestApiId": f"${{{api}}}",
        "ResourceId": f"${{{resource}}}",
        "HttpMethod": "POST",
        "AuthorizationType": "NONE",
        "ApiKeyRequired": True,
        "RequestModels": {"$default": f"${{{model}}}"},
        "RequestValidatorId": f"${{{validator}}}",
        "MethodResponses": [{"StatusCode": status} for status in ("202", "400", "403", "409", "429", "503")],
        "Integration": {
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{alias}/invocations",
        },
    }
    assert part.of(only(template, "Method")[1]) == part.of(wanted)


@pytest.mark.control("RT_API_ROUTE")
def test_the_api_has_its_name(template):
    assert only(template, "RestApi")[1]["Name"] == template.name("transactions")


@pytest.mark.control("RT_REGION")
def test_the_api_is_regional(template):
    _, props = only(template, "RestApi")
    assert props["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


@pytest.mark.control("RT_API_KEY")
def test_key_and_plan_are_attached_to_the_stage(template):
    api, stage, key, plan = (only(template, kind)[0] for kind in ("RestApi", "Stage", "ApiKey", "UsagePlan"))
    _, key_props = only(template, "ApiKey")
    assert {k: v for k, v in key_props.items() if k != "Tags"} == {"Name": template.name("client"), "Enabled": True}
    _, props = only(template, "UsagePlan")
    throttle, quota = PLAN[template.stage]
    assert (props["UsagePlanName"], props["Throttle"], props["Quota"]) == (template.name("standard"), throttle, quota)
    assert [(s["ApiId"], s["Stage"]) for s in props["ApiStages"]] == [(f"${{{api}}}", f"${{{stage}}}")]
    _, link = only(template, "UsagePlanKey")
    assert link == {"KeyId": f"${{{key}}}", "KeyType": "API_KEY", "UsagePlanId": f"${{{plan}}}"}


@pytest.mark.control("RT_API_SCHEMA")
def test_the_model_is_the_schema_file_and_the_body_is_validated(template):
    _, model = only(template, "Model")
    assert model["Schema"] == SCHEMA
    _, validator = only(template, "RequestValidator")
    assert validator["ValidateRequestBody"] is True


@pytest.mark.control("RT_API_SCHEMA")
def test_the_schema_holds_required_fields_types_and_patterns_only():
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert {name: (field["type"], field.get("pattern")) for name, field in SCHEMA["properties"].items()} == FIELDS
    assert set(SCHEMA["required"]) == set(FIELDS) - {"merchantId"}
    assert {key for field in SCHEMA["properties"].values() for key in field} == {"type", "pattern", "description"}


@pytest.mark.control("RT_BAD_INPUT")
def test_refusals_name_fields_and_never_repeat_the_request(template):
    responses = {
        props["ResponseType"]: props["ResponseTemplates"]["application/json"]
        for props in template.properties("AWS::ApiGateway::GatewayResponse")
    }
    integration = {"INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"}
    assert set(responses) == {"BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX", *integration}
    bad_body = json.loads(responses["BAD_REQUEST_BODY"])
    assert [error["field"] for error in bad_body["errors"]] == ["body", *FIELDS]
    assert all(error["rule"] for error in bad_body["errors"])
    assert "$" not in responses["BAD_REQUEST_BODY"]
    assert not any("validationErrorString" in text for text in responses.values())


@pytest.mark.control("RT_API_ROUTE")
@pytest.mark.parametrize("kind", ["INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"])
def test_a_function_that_does_not_answer_is_503_try_again(template, kind):
    found = [p for p in template.properties("AWS::ApiGateway::GatewayResponse") if p["ResponseType"] == kind]
    (response,) = found
    assert response["StatusCode"] == "503"
    assert response["ResponseParameters"] == {"gatewayresponse.header.Retry-After": "'1'"}
    assert json.loads(response["ResponseTemplates"]["application/json"]) == {"message": "try again", "errors": []}


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        pytest.param("StageName", {"dev": "dev", "prod": "prod"}, marks=pytest.mark.control("RT_ENV_SEPARATION")),
        pytest.param("TracingEnabled", {"dev": True, "prod": True}, marks=pytest.mark.control("RT_API_TRACING")),
    ],
)
def test_the_stage_bears_its_name_and_traces(template, key, wanted):
    assert only(template, "Stage")[1][key] == wanted[template.stage]


@pytest.mark.control("RT_API_LOGS")
def test_the_stage_logs_without_bodies(template):
    _, stage = only(template, "Stage")
    group = f"/aws/apigateway/{template.name('transactions')}"
    # API Gateway takes the log group's ARN with or without its `:*`.
    assert stage["AccessLogSetting"]["DestinationArn"] == template.arn("logs", f"log-group:{group}:*")
    assert set(json.loads(stage["AccessLogSetting"]["Format"]).values()) == {
        "$context.requestId",
        "$context.xrayTraceId",
        "$context.requestTime",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.error.responseType",
        "$context.identity.apiKeyId",
        "$context.identity.sourceIp",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationLatency",
    }
    assert "MethodSettings" not in stage


@pytest.mark.control("RT_API_LOGS")
def test_the_account_role_is_made_once_a_region_and_inline(template):
    assert not template.of_type("AWS::ApiGateway::Account")
    resources = read_template("hallmark-account-eu-central-1")["Resources"]
    by_type = {resource["Type"]: resource for resource in resources.values()}
    assert len(by_type) == len(resources)
    assert set(by_type) == {"AWS::IAM::Role", "AWS::ApiGateway::Account"}
    role = by_type["AWS::IAM::Role"]["Properties"]
    # Roles are shared by all regions.
    assert role["RoleName"] == "hallmark-api-gateway-logs-eu-central-1"
    assert "ManagedPolicyArns" not in role
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == [
        "logs:CreateLogStream",
        "logs:DescribeLogGroups",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
    ]
    assert statement["Resource"]["Fn::Join"][1][-1].endswith(":log-group:/aws/apigateway/*")
    assert ":logs:eu-central-1:" in "".join(
        part for part in statement["Resource"]["Fn::Join"][1] if isinstance(part, str)
    )
