"""The API in front of a function: validators from the template, access logs, and the trace that starts there."""

import json
from typing import Any

import pytest
import urllib3

from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator

PATH = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{arn}/invocations"


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
        "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": PATH.format(arn=arn)},
    }
    stage = {
        "RestApiId": api,
        "StageName": "test",
        "DeploymentId": {"Ref": "Deployment"},
        "TracingEnabled": True,
        "AccessLogSetting": {
            "DestinationArn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:{log_group}",
            "Format": '{"status": "$context.status", "path": "$context.resourcePath"}',
        },
    }
    schema = {"type": "object", "required": ["mark"]}
    model = {"RestApiId": api, "Name": "Body", "ContentType": "application/json", "Schema": schema}
    validator = {"RestApiId": api, "Name": "body", "ValidateRequestBody": True}
    gateway = "AWS::ApiGateway::"
    return {
        "Api": {"Type": f"{gateway}RestApi", "Properties": {"Name": function}},
        "Model": {"Type": f"{gateway}Model", "Properties": model},
        "Validator": {"Type": f"{gateway}RequestValidator", "Properties": validator},
        "Method": {"Type": f"{gateway}Method", "Properties": method},
        "Deployment": {"Type": f"{gateway}Deployment", "DependsOn": "Method", "Properties": {"RestApiId": api}},
        "Stage": {"Type": f"{gateway}Stage", "Properties": stage},
    }


@pytest.fixture
def url(running_emulator: Emulator, client: Any, function: str, stack: Any) -> str:
    client("logs").create_log_group(logGroupName=f"{function}-access")
    api = stack(_resources(function, f"{function}-access"))["Api"]
    return f"{running_emulator.endpoint}/_aws/execute-api/{api}/test/"


@pytest.mark.control("RT_API_SCHEMA")
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/json; charset=utf-8"])
@pytest.mark.parametrize(("body", "status"), [({"mark": 1}, 200), ({"other": 1}, 400)])
def test_a_model_under_default_judges_every_content_type(
    url: str, content_type: str, body: dict[str, int], status: int
) -> None:
    answer = urllib3.request("POST", url, body=json.dumps(body), headers={"content-type": content_type})
    assert answer.status == status


@pytest.mark.control("RT_API_LOGS")
def test_each_answer_is_a_line_of_the_access_log(client: Any, function: str, url: str) -> None:
    for body in ({"mark": 1}, {}):
        urllib3.request("POST", url, body=json.dumps(body), headers={"content-type": "application/json"})
    events = client("logs").filter_log_events(logGroupName=f"{function}-access")["events"]
    assert [json.loads(event["message"]) for event in events] == [
        {"status": "200", "path": "/"},
        {"status": "400", "path": "/"},
    ]


@pytest.mark.control("RT_API_TRACING")
def test_the_trace_starts_at_the_api_and_is_the_callers_if_there_is_one(url: str) -> None:
    body = json.dumps({"mark": 1})
    own = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    assert urllib3.request("POST", url, body=body).json()["header"].startswith("Root=1-")
    assert urllib3.request("POST", url, body=body, headers={"X-Amzn-Trace-Id": own}).json()["header"] == own
