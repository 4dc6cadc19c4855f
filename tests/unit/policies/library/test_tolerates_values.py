"""Values may be written in every way that CloudFormation takes: each of these templates is clean."""

import copy
import json
from typing import Any

import pytest

from hallmark import policies
from tests.unit.policies.edited import Edited

PLACES = {
    "Places": {
        "here": {"region": "eu-central-1", "orders": "orders-dev"},
        "there": {"region": "us-east-1", "orders": "orders-prod"},
    }
}
NONE, ACCOUNT = {"Ref": "AWS::NoValue"}, "${AWS::AccountId}"
HERE = {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-central-1"]}
BUCKET, QUEUE, TABLE, TOPIC = "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::SNS::Topic"


def _every(edited: Edited) -> list[Any]:
    return edited.findings(*policies.load("realtime"))


def test_what_has_no_value_is_not_there(edited: Edited) -> None:
    for raw in edited.resources.values():
        raw["Properties"]["NotThere"] = NONE
    for table in edited.all(TABLE):
        table["ProvisionedThroughput"], table["SSESpecification"] = NONE, {"KMSMasterKeyId": NONE, "SSEEnabled": True}
    for rule in edited.all("AWS::Events::Rule"):
        rule["ScheduleExpression"] = NONE
        rule["Targets"].append(NONE)
        rule["Targets"][0].update(dict.fromkeys(("Input", "InputPath", "RunCommandParameters"), NONE))
    for role in edited.all("AWS::IAM::Role"):
        role["Policies"].append(NONE)
        role["ManagedPolicyArns"], role["PermissionsBoundary"] = [NONE], NONE
        role["Policies"][0]["PolicyDocument"]["Statement"].append(NONE)
    api = edited.find("AWS::ApiGateway::RestApi")
    api.update(dict.fromkeys(("Policy", "Body", "BodyS3Location", "CloneFrom"), NONE))
    edited.find("AWS::ApiGateway::ApiKey")["Value"] = NONE
    edited.find("AWS::ApiGateway::Deployment")["StageName"] = NONE
    for permission in edited.all("AWS::Lambda::Permission"):
        permission["EventSourceToken"] = NONE
    edited.find(BUCKET)["LifecycleConfiguration"]["Rules"][0].update(Prefix=NONE, TagFilters=[NONE])
    assert _every(edited) == []


def test_a_condition_that_holds_changes_nothing(edited: Edited) -> None:
    edited.document["Conditions"] = {"Here": HERE, "Never": {"Fn::Not": [{"Condition": "Here"}]}}
    for raw in edited.resources.values():
        raw["Condition"] = "Here"
        raw["Properties"] = {
            key: {"Fn::If": ["Here", value, {"Fn::If": ["Never", "prod", NONE]}]}
            for key, value in raw["Properties"].items()
        }
    assert _every(edited) == []


def test_a_resource_whose_condition_never_holds_is_not_there(edited: Edited) -> None:
    edited.document["Conditions"] = {"Never": {"Fn::Not": [HERE]}}
    for kind in (QUEUE, TABLE, BUCKET, TOPIC, "AWS::IAM::Role", "AWS::Lambda::Url", "AWS::SNS::TopicPolicy"):
        edited.resources[f"No{kind.rpartition(':')[2]}"] = {"Type": kind, "Condition": "Never", "Properties": {}}
    assert _every(edited) == []
    edited.document["Conditions"] = {"Never": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "x"]}}
    assert _every(edited) != []


@pytest.mark.parametrize("on", [True, "true", "True", "TRUE"])
def test_flags_may_be_texts(edited: Edited, on: Any) -> None:
    off = {True: False, "true": "false", "True": "False", "TRUE": "FALSE"}[on]
    for queue in edited.all(QUEUE):
        queue["SqsManagedSseEnabled"] = on
    for alarm in edited.all("AWS::CloudWatch::Alarm"):
        alarm["ActionsEnabled"] = on
    for table in edited.all(TABLE):
        table["TimeToLiveSpecification"] = {"AttributeName": "x", "Enabled": off}
        table["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": on}
    for bucket in edited.all(BUCKET):
        flags = bucket["PublicAccessBlockConfiguration"]
        bucket["PublicAccessBlockConfiguration"] = dict.fromkeys(flags, on)
    for permission in edited.all("AWS::Lambda::Permission"):
        permission["InvokedViaFunctionUrl"] = off
    edited.find("AWS::ApiGateway::Method")["ApiKeyRequired"] = on
    edited.find("AWS::ApiGateway::Stage")["TracingEnabled"] = on
    edited.find("AWS::ApiGateway::RestApi")["DisableExecuteApiEndpoint"] = off
    assert _every(edited) == []


def test_objects_may_be_texts_with_json(edited: Edited) -> None:
    def text(value: Any) -> Any:
        """JSON in an Fn::Sub, with each function that is a GetAtt or Ref inside."""
        if isinstance(value, dict) and set(value) == {"Fn::GetAtt"}:
            return f"${{{'.'.join(value['Fn::GetAtt'])}}}"
        if isinstance(value, dict) and set(value) == {"Ref"}:
            return f"${{{value['Ref']}}}"
        if isinstance(value, dict):
            return {key: text(item) for key, item in value.items()}
        return [text(item) for item in value] if isinstance(value, list) else value

    parking = edited.name(QUEUE, lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "parking")
    failure = edited.name(QUEUE, lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "failure")
    source = {"Fn::GetAtt": [failure, "Arn"]}
    edited.resources[parking]["Properties"]["RedriveAllowPolicy"] = {
        "Fn::Sub": json.dumps(text({"redrivePermission": "byQueue", "sourceQueueArns": [source]}))
    }
    redrive = edited.resources[failure]["Properties"]
    redrive["RedrivePolicy"] = {"Fn::Sub": json.dumps(text(redrive["RedrivePolicy"]))}
    for rule in edited.all("AWS::Events::Rule"):
        rule["EventPattern"] = json.dumps(rule["EventPattern"])
    model = edited.find("AWS::ApiGateway::Model")
    model["Schema"] = json.dumps(model["Schema"])
    for policy in edited.all("AWS::SQS::QueuePolicy"):
        if "Fn::Join" not in json.dumps(policy):
            policy["PolicyDocument"] = {"Fn::Sub": json.dumps(text(policy["PolicyDocument"]))}
    assert _every(edited) == []


def test_the_key_of_aws_may_be_named_by_its_arn(edited: Edited) -> None:
    def key(service: str) -> Any:
        return {"Fn::Sub": f"arn:aws:kms:eu-central-1:${{AWS::AccountId}}:alias/aws/{service}"}

    for bucket in edited.all(BUCKET):
        rules = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        rules[0]["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] = key("s3")
    for table in edited.all(TABLE):
        table["SSESpecification"] = {"SSEEnabled": True, "KMSMasterKeyId": key("dynamodb")}
    assert _every(edited) == []


@pytest.mark.parametrize(
    "key", ["alias/aws/sns", {"Fn::Sub": "arn:aws:kms:eu-central-1:${AWS::AccountId}:alias/aws/sns"}]
)
def test_cloudwatch_cannot_publish_under_a_key_however_it_is_named(edited: Edited, key: Any) -> None:
    for topic in edited.all(TOPIC):
        topic["KmsMasterKeyId"] = key
    assert {"AlarmActions"} == {path for _, path in edited.findings("RT_ALARM_DLQ", "RT_ALARM_FN", "RT_ALARM_API")}


def test_two_uses_of_one_parameter_are_equal(edited: Edited) -> None:
    edited.document["Parameters"] = {"Begin": {"Type": "String"}}
    text = json.dumps(edited.resources)
    for name in ("realtime-failure-dev", "realtime-notifier-dev", "realtime-alert-dev"):
        assert f'"{name}"' in text
        text = text.replace(f'"{name}"', json.dumps({"Fn::Sub": f"${{Begin}}{name.removeprefix('realtime')}"}))
    edited.resources = json.loads(text)
    queue = edited.name(QUEUE, lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "failure")
    bucket, policy = edited.find(BUCKET), edited.find("AWS::S3::BucketPolicy")
    bucket["BucketName"] = {"Fn::Join": ["-", [{"Ref": "Begin"}, "processed-dev"]]}
    for statement in policy["PolicyDocument"]["Statement"]:
        many = isinstance(statement["Resource"], list)
        ends = ["", "/*"] if many else ["/*"]
        arns = [{"Fn::Sub": f"arn:aws:s3:::${{Begin}}-processed-dev{end}"} for end in ends]
        statement["Resource"] = arns if many else arns[0]
    written = copy.deepcopy(edited.resources)
    text = json.dumps(written).replace(
        json.dumps({"Fn::GetAtt": [queue, "Arn"]}),
        json.dumps({"Fn::Sub": "arn:aws:sqs:eu-central-1:${AWS::AccountId}:${Begin}-failure-dev"}),
    )
    edited.resources = json.loads(text)
    assert _every(edited) == []


def test_another_parameter_is_not_equal(edited: Edited) -> None:
    edited.document["Parameters"] = {"Begin": {"Type": "String"}, "Other": {"Type": "String"}}
    edited.find(BUCKET)["BucketName"] = {"Fn::Sub": "${Begin}-dev"}
    for statement in edited.find("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]:
        statement["Resource"] = [{"Fn::Sub": f"arn:aws:s3:::${{Other}}-dev{end}"} for end in ("", "/*")]
    assert edited.findings("RT_BUCKET_TLS") != []


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::Sub": "arn:aws:s3:::${Other}/k"},
        {"Fn::Sub": "arn:aws:sns:eu-central-1:${AWS::AccountId}:${Other}"},
        {"Fn::Sub": "https://${Other}.execute-api.eu-central-1.amazonaws.com/v1"},
        {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":role/", {"Ref": "Other"}]]},
        {"Fn::If": ["C", "arn:aws:s3:::a", "arn:aws:sqs:eu-central-1:111122223333:b"]},
        "{{resolve:ssm:/orders/table}}",
        "https://iam.amazonaws.com/",
    ],
    ids=str,
)
def test_a_region_that_can_be_told_is_known(edited: Edited, value: Any) -> None:
    edited.document["Parameters"] = {"Other": {"Type": "String", "Default": "orders"}}
    edited.find("AWS::Lambda::Function")["Environment"]["Variables"]["OTHER"] = value
    assert edited.findings("RT_REGION") == []


@pytest.mark.parametrize(
    ("parameter", "value", "control"),
    [
        ({"Default": "us-east-1"}, {"Fn::Sub": "https://sqs.${Other}.amazonaws.com/111122223333/q"}, "RT_REGION"),
        ({}, {"Fn::Sub": "https://sqs.${Other}.amazonaws.com/111122223333/q"}, "RT_REGION"),
        ({}, {"Fn::Join": [":", ["arn:aws:sns", {"Ref": "Other"}, "111122223333:t"]]}, "RT_REGION"),
        ({"Default": "arn:aws:sns:us-east-1:111122223333:t"}, {"Ref": "Other"}, "RT_REGION"),
        ({"Default": "us-east-1"}, {"Ref": "Other"}, "RT_REGION"),
        ({"AllowedValues": ["us-east-1", "us-west-2"]}, {"Ref": "Other"}, "RT_REGION"),
        ({"Type": "CommaDelimitedList", "Default": "eu-central-1, us-east-1"}, {"Ref": "Other"}, "RT_REGION"),
        ({"Type": "List<String>", "Default": "us-east-1"}, {"Fn::Join": ["-", {"Ref": "Other"}]}, "RT_REGION"),
        ({}, {"Fn::FindInMap": ["Places", {"Ref": "Other"}, "region"]}, "RT_REGION"),
        ({}, {"Fn::FindInMap": ["Places", {"Ref": "Other"}, "orders"]}, "RT_ENV_SEPARATION"),
        ({"AllowedValues": ["orders-prod"] * 2}, {"Ref": "Other"}, "RT_ENV_SEPARATION"),
        ({"Default": "realtime-orders-prod"}, {"Ref": "Other"}, "RT_ENV_SEPARATION"),
        ({"Default": "prod"}, {"Fn::Sub": "orders-${Other}"}, "RT_ENV_SEPARATION"),
        ({"Default": "Prod"}, {"Fn::Sub": "Orders${Other}"}, "RT_ENV_SEPARATION"),
        ({}, {"Fn::ImportValue": "orders-prod-queue"}, "RT_ENV_SEPARATION"),
        ({}, "{{resolve:ssm:/prod/orders}}", "RT_ENV_SEPARATION"),
        ({}, {"Fn::ImportValue": {"Fn::Sub": "${Other}-us-east-1"}}, "RT_REGION"),
        ({}, "{{resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:111122223333:secret:s}}", "RT_REGION"),
    ],
    ids=str,
)
def test_what_is_written_is_read(edited: Edited, parameter: Any, value: Any, control: str) -> None:
    edited.document["Parameters"] = {"Other": {"Type": "String", **parameter}}
    edited.document["Mappings"] = PLACES
    edited.find("AWS::Lambda::Function")["Environment"]["Variables"]["OTHER"] = value
    assert {path for _, path in edited.findings(control)} == {"Environment.Variables.OTHER"}


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ({"Default": "here"}, {"Fn::FindInMap": ["Places", {"Ref": "Other"}, "region"]}),
        ({"Default": "here"}, {"Fn::FindInMap": ["Places", {"Ref": "Other"}, "orders"]}),
        ({"Default": "dev", "AllowedValues": ["dev", "prod"]}, {"Ref": "Other"}),
        ({"Type": "CommaDelimitedList", "Default": "eu-central-1,orders"}, {"Fn::Join": [",", {"Ref": "Other"}]}),
    ],
    ids=str,
)
def test_what_is_chosen_without_a_word_is_here(edited: Edited, parameter: Any, value: Any) -> None:
    edited.document["Parameters"] = {"Other": {"Type": "String", **parameter}}
    edited.document["Mappings"] = PLACES
    edited.find("AWS::Lambda::Function")["Environment"]["Variables"]["OTHER"] = value
    assert edited.findings("RT_REGION", "RT_ENV_SEPARATION") == []


def _in_other_words(edited: Edited) -> None:
    for rule in edited.all("AWS::Events::Rule"):
        rule["EventPattern"] = {"Fn::ToJsonString": rule["EventPattern"]}
    for queue in edited.all(QUEUE):
        if "RedrivePolicy" in queue:
            queue["RedrivePolicy"] = {"Fn::ToJsonString": queue["RedrivePolicy"]}
    for function in edited.all("AWS::Lambda::Function"):
        function["MemorySize"] = {"Fn::FindInMap": ["Places", "nowhere", "mb", {"DefaultValue": 512}]}
    edited.document["Mappings"] = PLACES
    edited.find("AWS::CloudWatch::Alarm")["EvaluationPeriods"] = {"Fn::Length": ["once"]}


@pytest.mark.parametrize("transform", ["AWS::LanguageExtensions", ["AWS::LanguageExtensions"]])
def test_the_language_may_be_extended(edited: Edited, transform: Any) -> None:
    edited.document["Transform"] = transform
    _in_other_words(edited)
    assert _every(edited) == []


def test_extensions_are_unknown_without_their_macro(edited: Edited) -> None:
    _in_other_words(edited)
    assert {"EventPattern", "MemorySize", "EvaluationPeriods"} <= {path for _, path in _every(edited)}


@pytest.mark.parametrize("size", [0, "0"])
def test_every_object_is_larger_than_nothing(edited: Edited, size: Any) -> None:
    rule = edited.find(BUCKET)["LifecycleConfiguration"]["Rules"][0]
    rule["ObjectSizeGreaterThan"] = size
    assert edited.findings("RT_BUCKET_TIERING") == []
    rule["ObjectSizeGreaterThan"] = "1"
    assert edited.findings("RT_BUCKET_TIERING") != []


@pytest.mark.parametrize(
    "value",
    [
        "Product",
        "reproduce-products",
        "PRODUCTION-LINE",
        "ProductId",
        "myprodigy",
        {"Fn::If": ["IsProd", "a", "b"]},
        {"Fn::FindInMap": ["Prod", {"Ref": "ProdSize"}, "mb"]},
        {"Ref": "ProdTable"},
        {"Fn::Sub": "${ProdTable}-x"},
    ],
    ids=str,
)
def test_a_word_with_the_other_stage_inside_is_another_word(edited: Edited, value: Any) -> None:
    edited.document["Parameters"] = {"ProdTable": {"Type": "String"}, "ProdSize": {"Type": "String"}}
    edited.find("AWS::Lambda::Function")["Environment"]["Variables"]["OTHER"] = value
    assert edited.findings("RT_ENV_SEPARATION") == []


@pytest.mark.parametrize("value", ["Develop", "DevOps", "/dev/null", "devices", "DeviceDevotion"])
def test_so_has_prod(value: str) -> None:
    edited = Edited("prod")
    edited.find("AWS::Lambda::Function")["Environment"]["Variables"]["OTHER"] = value
    assert edited.findings("RT_ENV_SEPARATION") == []


def test_an_access_log_may_say_who_called(edited: Edited) -> None:
    setting = edited.find("AWS::ApiGateway::Stage")["AccessLogSetting"]
    names = ("identity.caller", "identity.user", "identity.userArn", "identity.userAgent", "waf.status", "tlsVersion")
    fields = {**json.loads(setting["Format"]), **{name: f"$context.{name}" for name in names}}
    # A line break at the end is the one that API Gateway takes.
    setting["Format"] = json.dumps(fields) + "\n"
    assert edited.findings("RT_API_LOGS") == []


def test_a_value_from_a_secret_is_not_called_a_value_in_the_template(edited: Edited) -> None:
    edited.find("AWS::ApiGateway::ApiKey")["Value"] = "{{resolve:secretsmanager:client:SecretString:key}}"
    found = policies.load("realtime")["RT_API_KEY"].findings(policies.template_of(edited.document, "realtime"))
    assert [one.found for one in found] == ["a key value that cannot be resolved (counted as failed)"]


def test_a_policy_names_what_it_judges_without_its_usual_scope() -> None:
    everybody = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:*", "Resource": {"Ref": "T"}}]}
    resources = {
        "T": {"Type": TOPIC, "Properties": {"TopicName": "t-dev"}},
        "P": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "T"}], "PolicyDocument": everybody}},
        "U": {"Type": "AWS::Lambda::Url", "Properties": {}},
        "H": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "h-dev"}},
        "A": {"Type": "AWS::ApiGateway::Account", "Properties": {}},
        "D": {"Type": "AWS::S3Express::DirectoryBucket", "Properties": {}},
        "C": {"Type": "AWS::Synthetics::Canary", "Properties": {"RuntimeVersion": "syn-nodejs"}},
    }
    template = policies.template_of({"Resources": resources}, "realtime")
    judges = policies.load("realtime")
    wanted = {
        "RT_IAM_LEAST": {"P", "U"},
        "RT_API_ROUTE": {"H"},
        "RT_API_LOGS": {"A"},
        "RT_BUCKET_ENCRYPTED": {"D"},
        "RT_FN_RUNTIME": {"C"},
    }
    for control, names in wanted.items():
        assert {one.resource for one in judges[control].findings(template, "dev")} == {"(template)", *names}


def _perhaps(value: Any, otherwise: Any = NONE) -> dict[str, Any]:
    return {"Fn::If": ["C", value, otherwise]}


@pytest.mark.parametrize(
    "edit",
    [
        lambda own: own.update(PolicyDocument=_perhaps(own["PolicyDocument"])),
        lambda own: own.update(PolicyDocument=_perhaps(own["PolicyDocument"], {"Statement": []})),
        lambda own: own["PolicyDocument"].update(Statement=_perhaps(own["PolicyDocument"]["Statement"])),
        lambda own: own["PolicyDocument"].update(Statement=[*map(_perhaps, own["PolicyDocument"]["Statement"])]),
    ],
)
def test_what_is_under_an_open_condition_denies_and_allows_nothing_for_certain(edited: Edited, edit: Any) -> None:
    for kind in ("AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for policy in edited.all(kind):
            edit(policy)
    for control in ("RT_BUCKET_TLS", "RT_QUEUE_SECURE", "RT_TARGET_DLQ", "RT_ALARM_DLQ"):
        assert edited.findings(control) != []
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_right_under_an_open_condition_is_named_as_it_is_written(edited: Edited) -> None:
    role = edited.name("AWS::IAM::Role")
    policies_of = edited.resources[role]["Properties"]["Policies"]
    more = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*"}
    policies_of[0]["PolicyDocument"]["Statement"].append(_perhaps(more))
    policies_of.append(_perhaps({"PolicyName": "more", "PolicyDocument": {"Statement": more}}))
    judges = policies.load("realtime")
    template = policies.template_of(edited.document, "realtime")
    found = [one.found for one in judges["RT_IAM_LEAST"].findings(template)]
    assert found.count("s3:GetObject on arn:aws:s3:::orders/*") == 2
    # It denies nothing, and takes no right away.
    assert edited.findings(*(name for name in judges if name != "RT_IAM_LEAST")) == []
