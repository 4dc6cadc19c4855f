"""What holds of the whole stack: outputs, region, names, types, tags."""

import json

import pytest

from infra.realtime.outputs import Output

TYPES = {
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::Table",
    "AWS::Events::Archive",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::Logs::ResourcePolicy",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
}
NAME_OF = {
    "AWS::ApiGateway::ApiKey": "Name",
    "AWS::ApiGateway::RequestValidator": "Name",
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::ApiGateway::UsagePlan": "UsagePlanName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Archive": "ArchiveName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::ResourcePolicy": "PolicyName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}


def types(template):
    return {resource["Type"] for resource in template.body["Resources"].values()}


@pytest.mark.control("RT_FN_THREE")
def test_there_is_no_custom_resource_which_would_bring_a_function(template):
    assert not [kind for kind in types(template) if kind.startswith("Custom::") or kind.endswith("::CustomResource")]


def test_the_types_of_resources_are_exactly_these(template):
    assert types(template) == TYPES


@pytest.mark.control("RT_ENV_SEPARATION")
def test_every_physical_name_says_system_and_stage(template):
    for kind, key in NAME_OF.items():
        assert template.of_type(kind), kind
        for props in template.properties(kind):
            name = props[key].removesuffix("-123456789012").rpartition("/")[2]
            assert name.startswith("realtime-"), kind
            assert name.endswith(f"-{template.stage}"), kind


@pytest.mark.control("RT_REGION")
def test_the_stack_is_bound_to_its_region_and_to_no_account(template):
    text = json.dumps(template.raw)
    assert "AWS::Region" not in text
    assert "eu-central-1" in text
    assert "123456789012" not in text


@pytest.mark.control("RT_ENV_SEPARATION")
def test_the_template_says_what_it_is(template):
    assert template.body["Metadata"]["Hallmark"] == {
        "System": "realtime",
        "Stage": template.stage,
        "Region": "eu-central-1",
    }
    for kind in ("AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::Events::EventBus"):
        for props in template.properties(kind):
            tags = {tag["Key"]: tag["Value"] for tag in props["Tags"]}
            assert tags["system"] == "realtime"
            assert tags["stage"] == template.stage


def test_the_outputs_are_the_contract(template):
    outputs = {key: output["Value"] for key, output in template.body["Outputs"].items()}
    assert set(outputs) == {str(name) for name in Output}

    def queue(thing):
        return f"https://sqs.eu-central-1.amazonaws.com/123456789012/{template.name(thing)}"

    def alias(role):
        return template.arn("lambda", f"function:{template.name(role)}:live")

    (api,) = template.of_type("AWS::ApiGateway::RestApi")
    (stage,) = template.of_type("AWS::ApiGateway::Stage")
    parameters = json.loads(outputs.pop("RuleParameters"))
    expected = {
        "ApiId": f"${{{api}}}",
        "ApiUrl": f"https://${{{api}}}.execute-api.eu-central-1.amazonaws.com/${{{stage}}}/",
        "TransactionsTable": template.name("transactions"),
        "RulesTable": template.name("rules"),
        "AuditLogsTable": template.name("audit-logs"),
        "ProcessedBucket": f"{template.name('processed')}-123456789012",
        "TransactionBus": template.name("transaction"),
        "SystemBus": template.name("system"),
        "AuditBus": template.name("audit"),
        "AuditLogGroup": f"/aws/events/{template.name('audit')}",
        "BufferQueueUrl": queue("buffer"),
        "FailureQueueUrl": queue("failure"),
        "ParkingQueueUrl": queue("parking"),
        "AlertTopicArn": template.arn("sns", template.name("alert")),
        "IngestProcessorArn": alias("ingest_processor"),
        "FraudDetectorArn": alias("fraud_detector"),
        "NotifierArn": alias("notifier"),
    }
    assert {key: outputs[key] for key in expected} == expected
    assert parameters == {
        "velocityThreshold": {"dev": 3, "prod": 5}[template.stage],
        "velocityWindowSeconds": 60,
        "homeCountries": ["US", "NL", "DE", "FR", "GB", "UK"],
        "domesticRegions": ["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
        "rulesCacheSeconds": {"dev": 2, "prod": 60}[template.stage],
    }
