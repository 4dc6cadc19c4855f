"""The API in front of a function: validators from the template, access logs, and the trace that starts there."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3

from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator

PATH = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{arn}/invocations"
FORMAT = json.dumps(
    {
        "status": "$context.status",
        "path": "$context.resourcePath",
        "error": "$context.error.responseType",
        "key": "$context.identity.apiKeyId",
        "trace": "$context.xrayTraceId",
    }
)
ROOT = "1-5759e988-bd862e3fe1be46a994272793"


def _resources(function: str, log_group: str) -> dict[str, Any]:
    api = {"Ref": "Api"}
    arn = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{function}:live"
    method = {
        "RestApiId": api,
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": "POST",
        "AuthorizationType": "NONE",
        "RequestModels": {"$default": {"Ref": "Model"}},
        "RequestValidatorId": {"Ref": "Validator"},
        "Integration": {
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": PATH.format(arn=arn),
            "TimeoutInMillis": 2000,
        },
    }
    stage = {
        "RestApiId": api,
        "StageName": "test",
        "DeploymentId": {"Ref": "Deployment"},
        "TracingEnabled": True,
        "AccessLogSetting": {
            "DestinationArn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:{log_group}",
            "Format": FORMAT,
        },
    }
    schema = {"type": "object", "required": ["mark"]}
    model = {"RestApiId": api, "Name": "Body", "ContentType": "application/json", "Schema": schema}
    validator = {"RestApiId": api, "Name": "body", "ValidateRequestBody": True}
    gateway = "AWS::ApiGateway::"
    failures = {
        kind.title().replace("_", ""): {
            "Type": f"{gateway}GatewayResponse",
            "Properties": {
                "RestApiId": api,
                "ResponseType": kind,
                "StatusCode": "503",
                "ResponseParameters": {"gatewayresponse.header.Retry-After": "'1'"},
                "ResponseTemplates": {"application/json": json.dumps({"kind": kind})},
            },
        }
        for kind in ("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT")
    }
    return {
        **failures,
        "Api": {"Type": f"{gateway}RestApi", "Properties": {"Name": function}},
        "Model": {"Type": f"{gateway}Model", "Properties": model},
        "Validator": {"Type": f"{gateway}RequestValidator", "Properties": validator},
        "Method": {"Type": f"{gateway}Method", "Properties": method},
        "Deployment": {
            "Type": f"{gateway}Deployment",
            "DependsOn": ["Method", *failures],
            "Properties": {"RestApiId": api},
        },
        "Stage": {"Type": f"{gateway}Stage", "Properties": stage},
    }


@pytest.fixture
def log_writer(client: Any, role: str) -> Iterator[None]:
    """The account lets API Gateway write access logs with the role."""
    gateway = client("apigateway")
    before = gateway.get_account().get("cloudwatchRoleArn") or ""
    for_logs = lambda arn: [{"op": "replace", "path": "/cloudwatchRoleArn", "value": arn}]  # noqa: E731
    gateway.update_account(patchOperations=for_logs(role))
    yield
    gateway.update_account(patchOperations=for_logs(before))


@pytest.fixture
def url(running_emulator: Emulator, client: Any, function: str, stack: Any, log_writer: None) -> str:
    client("logs").create_log_group(logGroupName=f"{function}-access")
    api = stack(_resources(function, f"{function}-access"))["Api"]
    return f"{running_emulator.endpoint}/_aws/execute-api/{api}/test/"


@pytest.mark.parametrize(
    ("length", "headers", "status", "body"),
    [
        (10_485_761, {}, 413, "HTTP content length exceeded 10485760 bytes."),
        # Within the gateway's limit, but not within the function's.
        (6_291_457, {"Content-Type": "application/json"}, 413, '{"message":"Request Too Long"}'),
        (100, {"X-Long": "x" * 10_240}, 431, "HTTP header is larger than 10240 bytes."),
        (100, {"X-Long": "x" * 9_900}, 200, None),
    ],
)
def test_what_is_too_large_is_refused(
    url: str, length: int, headers: dict[str, str], status: int, body: str | None
) -> None:
    mark = json.dumps({"mark": "x" * (length - len('{"mark": ""}'))})
    answer = urllib3.request("POST", url, body=mark, headers=headers)
    assert answer.status == status and body in (None, answer.data.decode())


@pytest.fixture
def lines(client: Any, function: str) -> Callable[[], list[dict[str, str]]]:
    """The lines of the access log so far."""

    def read() -> list[dict[str, str]]:
        events = client("logs").filter_log_events(logGroupName=f"{function}-access")["events"]
        return [json.loads(event["message"]) for event in events]

    return read


@pytest.mark.control("RT_API_SCHEMA")
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/json; charset=utf-8"])
@pytest.mark.parametrize(("body", "status"), [({"mark": 1}, 200), ({"other": 1}, 400)])
def test_a_model_under_default_judges_every_content_type(
    url: str, content_type: str, body: dict[str, int], status: int
) -> None:
    answer = urllib3.request("POST", url, body=json.dumps(body), headers={"content-type": content_type})
    assert answer.status == status


@pytest.mark.control("RT_API_LOGS")
def test_each_answer_is_a_line_of_the_access_log(
    client: Any, function: str, url: str, lines: Callable[[], list[dict[str, str]]]
) -> None:
    key = client("apigateway").create_api_key(name=function, enabled=True, value=function.ljust(30, "k"))
    headers = {"content-type": "application/json", "X-Amzn-Trace-Id": f"Root={ROOT};Sampled=1"}
    for body, value in (({"mark": 1}, key["value"]), ({}, "none")):
        urllib3.request("POST", url, body=json.dumps(body), headers={**headers, "x-api-key": value})
    assert lines() == [
        {"status": "200", "path": "/", "error": "-", "key": key["id"], "trace": ROOT},
        {"status": "400", "path": "/", "error": "BAD_REQUEST_BODY", "key": "-", "trace": ROOT},
    ]


@pytest.mark.control("RT_API_LOGS", "RT_API_TRACING")
def test_a_trace_that_starts_at_the_api_is_in_the_access_log(url: str, lines: Callable[[], list[Any]]) -> None:
    header = urllib3.request("POST", url, body=json.dumps({"mark": 1})).json()["header"]
    (line,) = lines()
    assert header == f"Root={line['trace']}"
    assert line["trace"].startswith("1-")


@pytest.mark.control("RT_API_ROUTE")
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("async (event, context) => { throw new Error(context.functionName); }", "INTEGRATION_FAILURE"),
        ("async (event, context) => { process.exit(1); }", "INTEGRATION_FAILURE"),
        ("async () => { await new Promise((done) => setTimeout(done, 2500)); }", "INTEGRATION_TIMEOUT"),
    ],
    ids=["throws", "dies", "is too slow"],
)
def test_what_a_function_does_not_answer_the_gateway_does(
    client: Any, url: str, function: str, lines: Callable[[], list[Any]], code: str, kind: str
) -> None:
    _replace_code(client, function, f"exports.handler = {code};")
    _is_gateway_response(urllib3.request("POST", url, body=json.dumps({"mark": 1})), kind, function)
    assert [(line["status"], line["error"]) for line in lines()] == [("503", kind)]


@pytest.mark.control("RT_API_ROUTE", "RT_FN_RESERVED")
def test_a_throttled_function_is_a_gateway_response(client: Any, url: str, function: str) -> None:
    client("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    _is_gateway_response(urllib3.request("POST", url, body=json.dumps({"mark": 1})), "INTEGRATION_FAILURE", function)


def _replace_code(client: Any, function: str, code: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("index.js", code)
    awslambda = client("lambda")
    awslambda.update_function_code(FunctionName=function, ZipFile=archive.getvalue())
    version = awslambda.publish_version(FunctionName=function)["Version"]
    awslambda.update_alias(FunctionName=function, Name="live", FunctionVersion=version)


def _is_gateway_response(answer: urllib3.BaseHTTPResponse, kind: str, function: str) -> None:
    assert (answer.status, answer.json(), answer.headers["Retry-After"]) == (503, {"kind": kind}, "1")
    assert function not in f"{answer.data!r}{dict(answer.headers)}"


@pytest.mark.control("RT_API_TRACING")
def test_the_trace_starts_at_the_api_and_is_the_callers_if_there_is_one(url: str) -> None:
    body = json.dumps({"mark": 1})
    own = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    assert urllib3.request("POST", url, body=body).json()["header"].startswith("Root=1-")
    assert urllib3.request("POST", url, body=body, headers={"X-Amzn-Trace-Id": own}).json()["header"] == own


def test_the_stages_of_a_plan_are_changed_by_patches(client: Any, function: str) -> None:
    gateway = client("apigateway")
    plan = gateway.create_usage_plan(name=function, apiStages=[{"apiId": "a", "stage": "one"}])["id"]

    def patched(*operations: tuple[str, str, str]) -> Any:
        listed = [{"op": op, "path": path, "value": value} for op, path, value in operations]
        gateway.update_usage_plan(usagePlanId=plan, patchOperations=listed)
        found = next(one for one in gateway.get_usage_plans()["items"] if one["id"] == plan)
        return [(one["stage"], one.get("throttle") or {}) for one in found["apiStages"]]

    limit = "/apiStages/a:two/throttle/~1way/POST/rateLimit"
    try:
        assert patched(("add", "/apiStages", "a:two"), ("replace", limit, "2"), ("replace", "/description", "x")) == [
            ("one", {}),
            ("two", {"/way/POST": {"rateLimit": 2.0}}),
        ]
        assert patched(("remove", "/apiStages", "a:one"), ("remove", "/apiStages/a:two/throttle", "")) == [("two", {})]
        with pytest.raises(gateway.exceptions.BadRequestException):
            patched(("replace", "/apiStages/a:two", "x"))
    finally:
        gateway.delete_usage_plan(usagePlanId=plan)
