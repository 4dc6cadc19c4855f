"""The API may be written in other ways than ours: those pass too."""

import json
from typing import Any

import pytest

from tests.unit.policies.edited import Edited


def test_the_permission_may_be_for_every_stage_of_the_api(edited: Edited) -> None:
    permission = edited.find(
        "AWS::Lambda::Permission", lambda raw: raw["Properties"]["Principal"] == "apigateway.amazonaws.com"
    )
    api = edited.find("AWS::ApiGateway::Method")["RestApiId"]["Ref"]
    source = f"arn:aws:execute-api:eu-central-1:${{AWS::AccountId}}:${{{api}}}/*/POST/transactions"
    permission["SourceArn"] = {"Fn::Sub": source}
    assert edited.findings("RT_API_ROUTE") == []


def test_a_flag_may_be_a_text(edited: Edited) -> None:
    edited.find("AWS::ApiGateway::Stage")["TracingEnabled"] = "true"
    assert edited.findings("RT_API_TRACING") == []


def test_a_field_may_ask_for_what_is_specified(edited: Edited) -> None:
    fields = edited.find("AWS::ApiGateway::Model")["Schema"]["properties"]
    fields["merchantId"]["maxLength"] = 64
    fields["amount"].update(minimum=-5e9, maximum=5e9)
    fields["ts"].update(title="when", default="")
    fields["country"].update(minLength=2, maxLength=2)
    assert edited.findings("RT_API_SCHEMA") == []


def test_other_fields_may_be_refused_whatever_the_type(edited: Edited) -> None:
    model = edited.find("AWS::ApiGateway::Model")
    model["Schema"]["additionalProperties"], model["ContentType"] = False, "$default"
    assert edited.findings("RT_API_SCHEMA") == []


@pytest.mark.parametrize(
    ("depends_on", "description"),
    [
        ("$method", "as text"),
        (["$method"], "alone"),
        (["Wait"], "through another resource"),
        ([], {"Fn::Sub": "by reference to ${$method}"}),
        ([], {"Fn::Join": ["", ["by reference to ", {"Ref": "$method"}]]}),
    ],
)
def test_a_deployment_waits_for_the_method_somehow(edited: Edited, depends_on: Any, description: Any) -> None:
    method, deployment = (edited.name(f"AWS::ApiGateway::{kind}") for kind in ("Method", "Deployment"))
    more = json.loads(json.dumps([depends_on, description]).replace("$method", method))
    one = edited.resources[deployment]
    one["DependsOn"], one["Properties"]["Description"] = more
    edited.resources["Wait"] = {"Type": "AWS::CloudFormation::WaitConditionHandle", "DependsOn": method}
    assert edited.findings("RT_API_ROUTE") == []


def test_one_response_may_answer_every_failure(edited: Edited) -> None:
    for name, raw in list(edited.resources.items()):
        if str(raw["Properties"].get("ResponseType")).startswith("INTEGRATION_"):
            del edited.resources[name]
    assert edited.findings("RT_API_ROUTE") != []
    default = edited.find("AWS::ApiGateway::GatewayResponse", lambda raw: "5XX" in raw["Properties"]["ResponseType"])
    default["StatusCode"] = "503"
    assert edited.findings("RT_API_ROUTE") == []


@pytest.mark.parametrize(
    "setting", [{"MetricsEnabled": True}, {"ThrottlingRateLimit": 200, "ThrottlingBurstLimit": "400"}]
)
def test_a_stage_may_have_settings_of_its_own(edited: Edited, setting: dict[str, Any]) -> None:
    everything = {"HttpMethod": "*", "ResourcePath": "/*"}
    edited.find("AWS::ApiGateway::Stage")["MethodSettings"] = [{**everything, **setting}]
    assert edited.findings("RT_API_KEY") == []


def test_an_api_may_have_an_address_of_its_own_only(edited: Edited) -> None:
    api = edited.find("AWS::ApiGateway::Method")["RestApiId"]
    edited.find("AWS::ApiGateway::RestApi")["DisableExecuteApiEndpoint"] = True
    mapping = {"DomainName": f"api-{edited.stage}.example.com", "RestApiId": api}
    edited.resources["Address"] = {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": mapping}
    assert edited.findings("RT_API_ROUTE") == []


def test_a_canary_may_run_the_apis_deployment(edited: Edited) -> None:
    stage = edited.find("AWS::ApiGateway::Stage")
    stage["CanarySetting"] = {"DeploymentId": stage["DeploymentId"], "PercentTraffic": 10}
    assert edited.findings("RT_API_ROUTE") == []


def test_nobody_is_kept_away_or_told_a_value_by_what_says_so(edited: Edited) -> None:
    del edited.find("AWS::ApiGateway::Method")["AuthorizationType"]
    whole = {"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": True}
    post = {"HttpMethod": "POST", "ResourcePath": "/~1transactions", "CachingEnabled": "false"}
    edited.find("AWS::ApiGateway::Stage")["MethodSettings"] = [whole, post]
    response = edited.find("AWS::ApiGateway::GatewayResponse")
    response["ResponseTemplates"] = {"application/json": {"Fn::Sub": '{"message": $context.error.messageString}'}}
    assert edited.findings("RT_API_ROUTE") == []
