"""What holds of the whole stack of merchant_upload: names, tags, life, region, outputs."""

import json

import pytest

from infra.merchant_upload.outputs import Output
from tests.support.templates import ACCOUNT, tags_of

NAMES = {
    "AWS::ApiGateway::ApiKey": (
        "Name",
        ["key-merchant-upload-corner-shop", "key-merchant-upload-garden-market"],
    ),
    "AWS::ApiGateway::RequestValidator": ("Name", ["validator-merchant-upload-body"]),
    "AWS::ApiGateway::RestApi": ("Name", ["apigw-merchant-upload-api"]),
    "AWS::ApiGateway::UsagePlan": ("UsagePlanName", ["plan-merchant-upload-standard"]),
    "AWS::DynamoDB::Table": ("TableName", ["dynamodb-merchant-upload-transactions"]),
    "AWS::IAM::Role": ("RoleName", ["role-merchant-upload-api-handler"]),
    "AWS::Lambda::Function": ("FunctionName", ["lambda-merchant-upload-api-handler"]),
    "AWS::Logs::LogGroup": (
        "LogGroupName",
        ["/aws/lambda/lambda-merchant-upload-api-handler", "/aws/apigateway/apigw-merchant-upload-api"],
    ),
    "AWS::S3::Bucket": ("BucketName", [f"s3-merchant-upload-files-{ACCOUNT}"]),
}
UNNAMED = {
    f"AWS::ApiGateway::{kind}"
    for kind in ("Deployment", "GatewayResponse", "Method", "Model", "Resource", "Stage", "UsagePlanKey")
} | {"AWS::Lambda::Permission", "AWS::S3::BucketPolicy"}
TAGGED = {*NAMES, "AWS::ApiGateway::Stage"} - {"AWS::ApiGateway::RequestValidator"}


@pytest.mark.parametrize("kind", NAMES)
def test_every_physical_name_says_type_system_and_stage(template, kind):
    key, names = NAMES[kind]
    assert sorted(props[key] for props in template.properties(kind)) == sorted(map(template.name, names))


def test_there_is_no_other_resource_and_no_helper(template):
    assert {resource["Type"] for resource in template.raw["Resources"].values()} == {*NAMES, *UNNAMED}


@pytest.mark.parametrize("kind", TAGGED)
def test_whatever_takes_tags_has_the_customers_and_ours(template, kind):
    for props in template.properties(kind):
        tags = tags_of(props)
        tags.pop("role", None)
        assert tags == {
            "Environment": "production",
            "Project": "transaction-processor",
            "system": "merchant_upload",
            "stage": template.stage,
        }


def test_nothing_outlives_the_stack(template):
    text = json.dumps(template.raw)
    for word in ("Retain", "Snapshot", '"DeletionProtectionEnabled": true'):
        assert word not in text
    for resource in template.of_type("AWS::S3::Bucket") | template.of_type("AWS::DynamoDB::Table"):
        assert template.raw["Resources"][resource]["DeletionPolicy"] == "Delete"


def test_the_stack_is_bound_to_its_region_and_to_no_account(template):
    assert template.raw["Metadata"]["Hallmark"] == {
        "System": "merchant_upload",
        "Stage": template.stage,
        "Region": "us-east-1",
    }
    text = json.dumps(template.raw)
    assert "AWS::Region" not in text
    assert "us-east-1" in text
    assert "eu-central-1" not in text
    assert ACCOUNT not in text


def test_the_outputs_are_the_contract(template):
    outputs = {key: output["Value"] for key, output in template.body["Outputs"].items()}
    assert set(outputs) == {str(name) for name in Output}
    keys = {props["Name"]: f"${{{key}}}" for key, props in _properties(template, "AWS::ApiGateway::ApiKey")}
    assert json.loads(outputs[Output.API_KEY_IDS]) == {
        merchant: keys[template.name(f"key-merchant-upload-{merchant}")]
        for merchant in ("corner-shop", "garden-market")
    }
    assert outputs[Output.FILES_BUCKET] == template.name(f"s3-merchant-upload-files-{ACCOUNT}")
    assert outputs[Output.TRANSACTIONS_TABLE] == template.name("dynamodb-merchant-upload-transactions")


def _properties(template, kind):
    return [(key, resource["Properties"]) for key, resource in template.of_type(kind).items()]
