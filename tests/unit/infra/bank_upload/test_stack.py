"""What holds of the whole stacks of bank_upload: names, tags, life, region, order, outputs."""

import json
from pathlib import Path

import pytest

from infra.bank_upload.outputs import Output
from tests.support.templates import ACCOUNT, CDK_OUT, tags_of

BANKS = json.loads((Path(__file__).resolve().parents[4] / "cdk.json").read_text())["context"]["bank_upload"]["banks"]
FUNCTIONS = ("validation", "transformation", "notification")
ALARMS = (
    *(f"{function}-{metric}" for function in FUNCTIONS for metric in ("errors", "throttles")),
    *("event-failure-visible", "upload-failure-visible", "api-5xx", "api-latency"),
    *("workflow-failed", "workflow-timed-out", "workflow-throttled"),
)


def named(kind, *purposes):
    return [f"{kind}-bank-upload-{purpose}" for purpose in purposes]


NAMES = {
    "AWS::ApiGateway::ApiKey": ("Name", named("key", *BANKS)),
    "AWS::ApiGateway::RequestValidator": ("Name", named("validator", "request")),
    "AWS::ApiGateway::RestApi": ("Name", named("apigw", "api")),
    "AWS::ApiGateway::UsagePlan": ("UsagePlanName", named("plan", "daily")),
    "AWS::CloudWatch::Alarm": ("AlarmName", named("alarm", *ALARMS)),
    "AWS::DynamoDB::Table": ("TableName", named("dynamodb", "processing-status", "transactions")),
    "AWS::Events::Rule": ("Name", named("rule", "object-created")),
    "AWS::IAM::Role": ("RoleName", named("role", *FUNCTIONS, "uploads", "object-created")),
    "AWS::Lambda::Function": ("FunctionName", named("lambda", *FUNCTIONS)),
    "AWS::Logs::LogGroup": (
        "LogGroupName",
        [
            "/aws/apigateway/apigw-bank-upload-api",
            "/aws/vendedlogs/states/sfn-bank-upload-uploads",
            *(f"/aws/lambda/{name}" for name in named("lambda", *FUNCTIONS)),
        ],
    ),
    "AWS::S3::Bucket": ("BucketName", named("s3", f"files-{ACCOUNT}")),
    "AWS::SNS::Topic": ("TopicName", named("sns", "results", "alarms")),
    "AWS::SQS::Queue": ("QueueName", named("sqs", "event-failure", "upload-failure")),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", named("sfn", "uploads")),
}
UNNAMED = {
    *(
        f"AWS::ApiGateway::{kind}"
        for kind in ("Deployment", "GatewayResponse", "Method", "Model", "Resource", "Stage", "UsagePlanKey")
    ),
    *("AWS::Lambda::Permission", "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"),
}
TAGGED = {*NAMES, "AWS::ApiGateway::Stage"} - {"AWS::ApiGateway::RequestValidator"}


@pytest.mark.parametrize("kind", NAMES)
def test_every_physical_name_says_type_system_and_stage(template, kind):
    key, names = NAMES[kind]
    assert sorted(props[key] for props in template.properties(kind)) == sorted(map(template.name, names))


def test_there_is_no_other_resource_and_no_helper(template, images):
    assert {resource["Type"] for resource in template.raw["Resources"].values()} == {*NAMES, *UNNAMED}
    assert {resource["Type"] for resource in images.raw["Resources"].values()} == {"AWS::ECR::Repository"}


def check_tags(template, kind):
    for props in template.properties(kind):
        tags = tags_of(props)
        tags.pop("role", None)
        assert tags == {
            "Environment": template.stage,
            "Application": "bank-upload",
            "CostCenter": "payments-operations",
            "system": "bank_upload",
            "stage": template.stage,
        }


@pytest.mark.parametrize("kind", TAGGED)
def test_whatever_takes_tags_has_the_customers_and_ours(template, kind):
    check_tags(template, kind)


def test_repositories_have_the_tags_as_well(images):
    check_tags(images, "AWS::ECR::Repository")


KEPT = ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Logs::LogGroup", "AWS::ECR::Repository")


def test_nothing_outlives_the_stacks(both):
    for found in both:
        text = json.dumps(found.raw)
        for word in ("Retain", "Snapshot", '"DeletionProtectionEnabled": true'):
            assert word not in text
        kept = [one for one in found.raw["Resources"].values() if one["Type"] in KEPT]
        assert {(one["DeletionPolicy"], one["UpdateReplacePolicy"]) for one in kept} == {("Delete", "Delete")}


def test_the_stacks_are_bound_to_their_region_and_to_no_account(both, stage):
    for found in both:
        mark = {"System": "bank_upload", "Stage": stage, "Region": "us-east-1"}
        assert found.raw["Metadata"]["Hallmark"] == mark
        text = json.dumps(found.raw)
        assert "AWS::Region" not in text
        assert "us-east-1" in text
        assert "eu-central-1" not in text
        assert ACCOUNT not in text


def test_repositories_are_made_before_the_functions_that_name_their_images(stage):
    artifacts = json.loads((CDK_OUT / "manifest.json").read_text())["artifacts"]
    assert f"hallmark-bank-upload-images-{stage}" in artifacts[f"hallmark-bank-upload-{stage}"]["dependencies"]


def test_the_outputs_are_the_contract(template):
    outputs = {key: output["Value"] for key, output in template.body["Outputs"].items()}
    assert set(outputs) == {str(name) for name in Output}
    keys = {one["Properties"]["Name"]: key for key, one in template.of_type("AWS::ApiGateway::ApiKey").items()}
    assert json.loads(outputs[Output.API_KEY_IDS]) == {
        bank: f"${{{keys[template.name(f'key-bank-upload-{bank}')]}}}" for bank in BANKS
    }
    workflow = template.name("sfn-bank-upload-uploads")
    queue = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/sqs-bank-upload"
    wanted = {
        Output.FILES_BUCKET: template.name(f"s3-bank-upload-files-{ACCOUNT}"),
        Output.STATUS_TABLE: template.name("dynamodb-bank-upload-processing-status"),
        Output.TRANSACTIONS_TABLE: template.name("dynamodb-bank-upload-transactions"),
        Output.WORKFLOW_ARN: template.arn("states", f"stateMachine:{workflow}"),
        Output.WORKFLOW_LOG_GROUP: f"/aws/vendedlogs/states/{workflow}",
        Output.EVENT_FAILURE_QUEUE_URL: template.name(f"{queue}-event-failure"),
        Output.UPLOAD_FAILURE_QUEUE_URL: template.name(f"{queue}-upload-failure"),
        Output.RESULTS_TOPIC_ARN: template.arn("sns", template.name("sns-bank-upload-results")),
        Output.ALARMS_TOPIC_ARN: template.arn("sns", template.name("sns-bank-upload-alarms")),
    }
    arns = (Output.VALIDATION_ARN, Output.TRANSFORMATION_ARN, Output.NOTIFICATION_ARN)
    for function, output in zip(FUNCTIONS, arns, strict=True):
        wanted[output] = template.arn("lambda", f"function:{template.name(f'lambda-bank-upload-{function}')}")
    assert {name: outputs[name] for name in wanted} == wanted
