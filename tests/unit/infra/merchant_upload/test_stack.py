"""What holds of the whole stack of merchant_upload: names, tags, life, region, outputs."""

import json

import pytest

from infra.merchant_upload.outputs import Output
from tests.support.templates import ACCOUNT, tags_of

MERCHANTS = ("corner-shop", "garden-market", "harbour-books", "lantern-travel", "north-cycles")
FUNCTIONS = ("api-handler", "validation", "anomaly-detection")
ALARMS = (
    *(f"{function}-{metric}" for function in FUNCTIONS for metric in ("errors", "throttles")),
    *("validation-failure-visible", "anomaly-failure-visible", "iterator-age", "api-5xx", "api-latency"),
    *("file-seconds", "file-seconds-warning"),
)


def named(kind, *purposes):
    return [f"{kind}-merchant-upload-{purpose}" for purpose in purposes]


NAMES = {
    "AWS::ApiGateway::ApiKey": ("Name", named("key", *MERCHANTS)),
    "AWS::ApiGateway::RequestValidator": ("Name", named("validator", "body", "parameters")),
    "AWS::ApiGateway::RestApi": ("Name", named("apigw", "api")),
    "AWS::ApiGateway::UsagePlan": ("UsagePlanName", named("plan", "standard")),
    "AWS::CloudWatch::Alarm": ("AlarmName", named("alarm", *ALARMS)),
    "AWS::DynamoDB::Table": ("TableName", named("dynamodb", "transactions")),
    "AWS::IAM::Role": ("RoleName", named("role", *FUNCTIONS)),
    "AWS::Lambda::Function": ("FunctionName", named("lambda", *FUNCTIONS)),
    "AWS::Logs::LogGroup": (
        "LogGroupName",
        ["/aws/apigateway/apigw-merchant-upload-api", *(f"/aws/lambda/{name}" for name in named("lambda", *FUNCTIONS))],
    ),
    "AWS::S3::Bucket": ("BucketName", named("s3", f"files-{ACCOUNT}")),
    "AWS::SNS::Topic": ("TopicName", named("sns", "alerts", "alarms")),
    "AWS::SQS::Queue": ("QueueName", named("sqs", "validation-failure", "anomaly-failure")),
}
UNNAMED = {
    *(
        f"AWS::ApiGateway::{kind}"
        for kind in ("Deployment", "GatewayResponse", "Method", "Model", "Resource", "Stage", "UsagePlanKey")
    ),
    *(f"AWS::Lambda::{kind}" for kind in ("EventInvokeConfig", "EventSourceMapping", "Permission")),
    *("AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"),
}
TAGGED = {*NAMES, "AWS::ApiGateway::Stage", "AWS::Lambda::EventSourceMapping"} - {"AWS::ApiGateway::RequestValidator"}


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
        merchant: keys[template.name(f"key-merchant-upload-{merchant}")] for merchant in MERCHANTS
    }
    assert outputs[Output.FILES_BUCKET] == template.name(f"s3-merchant-upload-files-{ACCOUNT}")
    assert outputs[Output.TRANSACTIONS_TABLE] == template.name("dynamodb-merchant-upload-transactions")
    assert outputs[Output.CARD_INDEX] == "card-index"
    queue = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/sqs-merchant-upload"
    assert outputs[Output.VALIDATION_FAILURE_QUEUE_URL] == template.name(f"{queue}-validation-failure")
    assert outputs[Output.ANOMALY_FAILURE_QUEUE_URL] == template.name(f"{queue}-anomaly-failure")
    for topic, output in (("alerts", Output.ALERTS_TOPIC_ARN), ("alarms", Output.ALARMS_TOPIC_ARN)):
        assert outputs[output] == template.arn("sns", template.name(f"sns-merchant-upload-{topic}"))
    arns = (Output.API_HANDLER_ARN, Output.VALIDATION_ARN, Output.ANOMALY_DETECTION_ARN)
    for function, output in zip(FUNCTIONS, arns, strict=True):
        assert outputs[output] == template.arn(
            "lambda", f"function:{template.name(f'lambda-merchant-upload-{function}')}"
        )


def _properties(template, kind):
    return [(key, resource["Properties"]) for key, resource in template.of_type(kind).items()]
