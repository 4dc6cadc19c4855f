"""What a requirement means may be written in other ways than ours: those pass too."""

import json
import re
from typing import Any

import pytest

from tests.unit.policies.edited import Edited

SECOND = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": False}}}


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize(
    "hours", [[0, 1, 2, 3, 4, 5], [{"numeric": [">", -1, "<", 6]}], [{"numeric": ["<=", 5, ">=", 0]}]]
)
def test_a_pattern_is_judged_by_what_it_lets_in(edited: Edited, hours: list[Any]) -> None:
    countries = [{"anything-but": ["UK", "GB", "FR", "DE", "NL", "US"]}]
    domestic = {"amount": [{"numeric": [">=", 1000.0]}], "region": ["us-west-2", "us-west-1", "us-east-2", "us-east-1"]}
    edited.rule("night-time")["EventPattern"]["detail"]["localHour"] = hours
    edited.rule("geo-anomaly")["EventPattern"]["detail"]["country"] = countries
    edited.rule("high-value-domestic")["EventPattern"]["detail"].update(domestic)
    assert edited.findings("RT_RULE_FIVE") == []


@pytest.mark.control("RT_RULE_FIVE")
def test_a_pattern_may_be_a_text(edited: Edited) -> None:
    rule = edited.rule("geo-anomaly")
    rule["EventPattern"] = json.dumps(rule["EventPattern"])
    assert edited.findings("RT_RULE_FIVE") == []


@pytest.mark.control("RT_RULE_FIVE")
def test_a_rule_is_known_by_its_pattern_whatever_its_name(edited: Edited) -> None:
    rule = next(raw for raw in edited.resources.values() if raw.get("Properties") is edited.rule("velocity-spike"))
    rule["Properties"]["Name"] = "fraud-4"
    del rule["Metadata"]
    assert edited.findings("RT_RULE_FIVE") == []


@pytest.mark.control("RT_BUS_ARCHIVE")
@pytest.mark.parametrize(
    "pattern",
    [
        {"source": [{"prefix": "hallmark."}]},
        {"source": [{"prefix": ""}]},
        {"detail-type": ["TransactionReceived", "Other"]},
        {"source": ["hallmark.realtime"], "replay-name": [{"exists": False}]},
    ],
)
def test_an_archive_may_leave_out_what_is_not_ours(edited: Edited, pattern: dict[str, Any]) -> None:
    edited.find("AWS::Events::Archive")["EventPattern"] = pattern
    assert edited.findings("RT_BUS_ARCHIVE") == []


@pytest.mark.control("RT_BUS_ARCHIVE")
def test_beside_an_archive_of_everything_there_may_be_one_of_less(edited: Edited) -> None:
    whole = edited.find("AWS::Events::Archive")
    part = {**whole, "ArchiveName": "realtime-euro-dev", "EventPattern": {"detail": {"currency": ["EUR"]}}}
    edited.resources["Part"] = {"Type": "AWS::Events::Archive", "Properties": part}
    assert edited.findings("RT_BUS_ARCHIVE") == []
    whole["EventPattern"] = {"source": ["elsewhere"]}
    assert {resource for resource, _ in edited.findings("RT_BUS_ARCHIVE")} >= {"Part"}


@pytest.mark.control("RT_AUDIT_RETENTION")
@pytest.mark.parametrize(
    "pattern",
    [
        {"version": ["0"]},
        {"account": [{"Ref": "AWS::AccountId"}]},
        {"version": [{"exists": True}], "account": ["123456789012", {"Ref": "AWS::AccountId"}]},
    ],
)
def test_everything_may_be_asked_for_in_other_words(edited: Edited, pattern: dict[str, Any]) -> None:
    edited.rule("record")["EventPattern"] = pattern
    assert edited.findings("RT_AUDIT_RETENTION") == []


@pytest.mark.control("RT_TABLE_KEYS")
def test_tables_are_known_by_their_names_in_a_template_without_metadata(edited: Edited) -> None:
    del edited.document["Metadata"]
    assert edited.findings("RT_TABLE_KEYS") == []
    edited.find("AWS::DynamoDB::Table")["TableName"] = "elsewhere-transactions-dev"
    assert edited.findings("RT_TABLE_KEYS") != []


@pytest.mark.control("RT_TABLE_KEYS")
@pytest.mark.control("RT_RULE_FANOUT")
def test_names_may_begin_with_a_word_and_the_stage(edited: Edited) -> None:
    text = json.dumps(edited.resources)
    for name in re.findall(r'"(?:Table)?Name": "realtime-([a-z-]+)-dev"', text):
        text = text.replace(f"realtime-{name}-dev", f"watch-dev-{name}")
    edited.resources = {
        name: {key: value for key, value in raw.items() if key != "Metadata"} for name, raw in json.loads(text).items()
    }
    del edited.document["Metadata"]
    assert edited.findings("RT_TABLE_KEYS", "RT_RULE_FANOUT") == []
    rule = edited.find("AWS::Events::Rule", lambda raw: raw["Properties"]["Name"] == "watch-dev-geo-anomaly")
    rule["Name"] = "watch-dev-geo"
    assert edited.findings("RT_RULE_FANOUT") != []


@pytest.mark.control("RT_IAM_LEAST")
def test_a_table_may_be_a_global_one_of_one_replica(edited: Edited) -> None:
    for raw in edited.resources.values():
        if raw["Type"] == "AWS::DynamoDB::Table":
            raw["Type"] = "AWS::DynamoDB::GlobalTable"
            raw["Properties"]["Replicas"] = [{"Region": "eu-central-1"}]
    assert edited.findings("RT_IAM_LEAST", "RT_TABLE_KEYS") == []


@pytest.mark.control("RT_TABLE_ONDEMAND")
def test_what_is_off_or_without_a_limit_takes_nothing_away(edited: Edited) -> None:
    table = edited.find("AWS::DynamoDB::Table")
    table["TimeToLiveSpecification"] = {"AttributeName": "expires", "Enabled": False}
    table["OnDemandThroughput"] = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": {"Ref": "AWS::NoValue"}}
    assert edited.findings("RT_TABLE_ONDEMAND") == []


@pytest.mark.control("RT_BUCKET_PRIVATE")
def test_a_bucket_may_say_that_it_is_private(edited: Edited) -> None:
    edited.find("AWS::S3::Bucket")["AccessControl"] = "Private"
    assert edited.findings("RT_BUCKET_PRIVATE") == []


@pytest.mark.control("RT_DLQ_REDRIVE")
def test_what_is_parked_may_be_put_by_further(edited: Edited) -> None:
    parking = edited.find("AWS::SQS::Queue", lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "parking")
    failure = edited.find("AWS::SQS::Queue", lambda raw: raw["Metadata"]["Hallmark"]["Role"] == "failure")
    edited.resources["Attic"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "realtime-attic-dev"}}
    parking["RedrivePolicy"] = {"deadLetterTargetArn": {"Fn::GetAtt": ["Attic", "Arn"]}, "maxReceiveCount": 3}
    assert edited.findings("RT_DLQ_REDRIVE") == []
    back = {"Fn::Sub": f"arn:aws:sqs:eu-central-1:${{AWS::AccountId}}:{failure['QueueName']}"}
    edited.resources["Attic"]["Properties"]["RedrivePolicy"] = {"deadLetterTargetArn": back, "maxReceiveCount": 3}
    assert edited.findings("RT_DLQ_REDRIVE") == [("Attic", "RedrivePolicy.deadLetterTargetArn")]


@pytest.mark.control("RT_FN_THREE")
@pytest.mark.parametrize(
    "pattern",
    [
        {"detail-type": ["FraudSuspected"]},
        {"source": [{"prefix": "hallmark."}], "detail-type": ["FraudSuspected", "FraudConfirmed"]},
        {"source": ["hallmark.realtime"]},
    ],
)
def test_the_notifier_may_hear_more_than_suspicions(edited: Edited, pattern: dict[str, Any]) -> None:
    edited.rule("fraud-suspected")["EventPattern"] = pattern
    assert edited.findings("RT_FN_THREE") == []


@pytest.mark.control("RT_BUCKET_TLS")
def test_bucket_and_objects_may_have_a_denial_each(edited: Edited) -> None:
    statements = edited.find("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    both = next(one for one in statements if one["Action"] == "s3:*")
    statements.remove(both)
    statements.extend({**SECOND, "Resource": resource} for resource in both["Resource"])
    assert edited.findings("RT_BUCKET_TLS") == []


@pytest.mark.control("RT_TARGET_DLQ")
def test_one_queue_may_serve_two_rules(edited: Edited) -> None:
    night, geo = edited.rule("night-time"), edited.rule("geo-anomaly")
    queue = geo["Targets"][0]["DeadLetterConfig"]["Arn"]
    for target in night["Targets"]:
        target["DeadLetterConfig"] = {"Arn": queue}
    assert len(edited.findings("RT_TARGET_DLQ")) == len(night["Targets"])
    _let_in(edited, queue["Fn::GetAtt"][0], "night-time")
    assert edited.findings("RT_TARGET_DLQ") == []


def _let_in(edited: Edited, queue: str, rule: str) -> None:
    policy = edited.find("AWS::SQS::QueuePolicy", lambda raw: raw["Properties"]["Queues"] == [{"Ref": queue}])
    condition = policy["PolicyDocument"]["Statement"][1]["Condition"]
    other = f"rule/realtime-transaction-{edited.stage}/realtime-{rule}-{edited.stage}"
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:events:eu-central-1:${{AWS::AccountId}}:{other}"}
    condition["ArnEquals"]["aws:SourceArn"] = [*_listed(condition["ArnEquals"]["aws:SourceArn"]), arn]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.control("RT_API_ROUTE")
def test_the_permission_may_be_for_every_stage_of_the_api(edited: Edited) -> None:
    permission = edited.find(
        "AWS::Lambda::Permission", lambda raw: raw["Properties"]["Principal"] == "apigateway.amazonaws.com"
    )
    api = edited.find("AWS::ApiGateway::Method")["RestApiId"]["Ref"]
    source = f"arn:aws:execute-api:eu-central-1:${{AWS::AccountId}}:${{{api}}}/*/POST/transactions"
    permission["SourceArn"] = {"Fn::Sub": source}
    assert edited.findings("RT_API_ROUTE") == []


@pytest.mark.control("RT_API_TRACING")
def test_a_flag_may_be_a_text(edited: Edited) -> None:
    edited.find("AWS::ApiGateway::Stage")["TracingEnabled"] = "true"
    assert edited.findings("RT_API_TRACING") == []


@pytest.mark.control("RT_BUCKET_TIERING")
def test_a_further_lifecycle_rule_may_come_later_or_do_nothing(edited: Edited) -> None:
    edited.find("AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"] += (
        {"Status": "Enabled", "Transitions": [{"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 180}]},
        {"Status": "Enabled", "Transition": {"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": "0"}},
        {"Status": "Enabled", "Prefix": "old/", "ExpirationInDays": 400},
        {"Status": "Disabled", "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}]},
        {"Status": "Enabled", "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}]},
    )
    assert edited.findings("RT_BUCKET_TIERING") == []


@pytest.mark.control("RT_ALARM_DLQ", "RT_ALARM_FN", "RT_ALARM_API")
def test_an_alarm_may_name_its_metrics_own_unit(edited: Edited) -> None:
    others = {"ApproximateAgeOfOldestMessage": "Seconds", "Latency": "Milliseconds"}
    for alarm in edited.all("AWS::CloudWatch::Alarm"):
        alarm["Unit"] = others.get(alarm["MetricName"], "Count")
    assert edited.findings("RT_ALARM_DLQ", "RT_ALARM_FN", "RT_ALARM_API") == []


@pytest.mark.control("RT_ALARM_DLQ")
def test_an_alarm_may_count_what_lies_in_a_queue_at_all_times_together(edited: Edited) -> None:
    metric = "ApproximateNumberOfMessagesVisible"
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == metric)
    alarm["Statistic"] = "Sum"
    assert edited.findings("RT_ALARM_DLQ") == []


@pytest.mark.control("RT_ALARM_FN")
@pytest.mark.parametrize(
    ("period", "periods", "points", "late"),
    [
        (60, 5, None, False),
        (60, 5, 3, False),
        (300, 5, 1, False),
        (300, 2, 2, True),
        (300, 5, None, True),
        (120, 5, 3, True),
    ],
)
def test_an_alarm_rings_in_time(edited: Edited, period: int, periods: int, points: int | None, late: bool) -> None:
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == "Errors")
    alarm.update(Period=period, EvaluationPeriods=periods)
    if points is not None:
        alarm["DatapointsToAlarm"] = points
    assert [path for _, path in edited.findings("RT_ALARM_FN")] == [
        "DatapointsToAlarm" if points is not None else "EvaluationPeriods"
    ] * late


ACCOUNT = {"StringEquals": {"AWS:SourceOwner": {"Ref": "AWS::AccountId"}}}
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "sns:*"}


@pytest.mark.control("RT_ALARM_FN")
@pytest.mark.parametrize(
    "statements",
    [
        [{"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "SNS:Publish"}],
        [{**OPEN, "Condition": ACCOUNT}],
        [OPEN, {"Effect": "Deny", "Principal": {"AWS": "111122223333"}, "Action": "*"}],
        [OPEN, {"Effect": "Deny", "Principal": "*", "Action": "sns:Subscribe"}],
    ],
)
def test_a_topic_may_let_cloudwatch_in_otherwise(edited: Edited, statements: list[dict[str, Any]]) -> None:
    document = _operators_policy(edited)["PolicyDocument"]
    topic = document["Statement"][0]["Resource"]
    document["Statement"] = [{**one, "Resource": topic} for one in statements]
    assert edited.findings("RT_ALARM_FN") == []


@pytest.mark.control("RT_ALARM_FN")
def test_a_topic_without_a_policy_lets_in_its_account(edited: Edited) -> None:
    own = _operators_policy(edited)
    edited.resources = {name: raw for name, raw in edited.resources.items() if raw.get("Properties") is not own}
    assert edited.findings("RT_ALARM_FN") == []


def _operators_policy(edited: Edited) -> dict[str, Any]:
    return edited.find("AWS::SNS::TopicPolicy", lambda raw: "PublishFromAlarms" in json.dumps(raw))


@pytest.mark.control("RT_API_SCHEMA")
def test_a_field_may_ask_for_what_is_specified(edited: Edited) -> None:
    fields = edited.find("AWS::ApiGateway::Model")["Schema"]["properties"]
    fields["merchantId"]["maxLength"] = 64
    fields["amount"].update(minimum=-5e9, maximum=5e9)
    fields["ts"].update(title="when", default="")
    fields["country"].update(minLength=2, maxLength=2)
    assert edited.findings("RT_API_SCHEMA") == []


@pytest.mark.control("RT_API_SCHEMA")
def test_other_fields_may_be_refused_whatever_the_type(edited: Edited) -> None:
    model = edited.find("AWS::ApiGateway::Model")
    model["Schema"]["additionalProperties"], model["ContentType"] = False, "$default"
    assert edited.findings("RT_API_SCHEMA") == []


@pytest.mark.control("RT_API_ROUTE")
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


@pytest.mark.control("RT_API_ROUTE")
def test_one_response_may_answer_every_failure(edited: Edited) -> None:
    for name, raw in list(edited.resources.items()):
        if str(raw["Properties"].get("ResponseType")).startswith("INTEGRATION_"):
            del edited.resources[name]
    assert edited.findings("RT_API_ROUTE") != []
    default = edited.find("AWS::ApiGateway::GatewayResponse", lambda raw: "5XX" in raw["Properties"]["ResponseType"])
    default["StatusCode"] = "503"
    assert edited.findings("RT_API_ROUTE") == []


@pytest.mark.control("RT_FN_MEMORY")
@pytest.mark.parametrize("memory", [{"Fn::FindInMap": ["Memory", "dev", "mb"]}, {"Fn::If": ["Big", 512, 512]}])
def test_a_value_may_be_written_in_a_roundabout_way(edited: Edited, memory: dict[str, Any]) -> None:
    edited.document["Mappings"] = {"Memory": {"dev": {"mb": 512}}}
    edited.find("AWS::Lambda::Function")["MemorySize"] = memory
    assert edited.findings("RT_FN_MEMORY") == []


@pytest.mark.control("RT_API_KEY")
@pytest.mark.parametrize(
    "setting", [{"MetricsEnabled": True}, {"ThrottlingRateLimit": 500, "ThrottlingBurstLimit": "1000"}]
)
def test_a_stage_may_have_settings_of_its_own(edited: Edited, setting: dict[str, Any]) -> None:
    everything = {"HttpMethod": "*", "ResourcePath": "/*"}
    edited.find("AWS::ApiGateway::Stage")["MethodSettings"] = [{**everything, **setting}]
    assert edited.findings("RT_API_KEY") == []


@pytest.mark.control("RT_API_ROUTE")
def test_an_api_may_have_an_address_of_its_own_only(edited: Edited) -> None:
    api = edited.find("AWS::ApiGateway::Method")["RestApiId"]
    edited.find("AWS::ApiGateway::RestApi")["DisableExecuteApiEndpoint"] = True
    mapping = {"DomainName": f"api-{edited.stage}.example.com", "RestApiId": api}
    edited.resources["Address"] = {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": mapping}
    assert edited.findings("RT_API_ROUTE") == []


@pytest.mark.control("RT_API_ROUTE")
def test_a_canary_may_run_the_apis_deployment(edited: Edited) -> None:
    stage = edited.find("AWS::ApiGateway::Stage")
    stage["CanarySetting"] = {"DeploymentId": stage["DeploymentId"], "PercentTraffic": 10}
    assert edited.findings("RT_API_ROUTE") == []


@pytest.mark.control("RT_FN_PROVISIONED")
def test_a_release_may_take_a_share_of_the_calls(edited: Edited) -> None:
    alias = edited.find("AWS::Lambda::Alias")
    edited.resources["Next"] = {
        "Type": "AWS::Lambda::Version",
        "Properties": {"FunctionName": alias["FunctionName"]},
    }
    version = {"Fn::GetAtt": ["Next", "Version"]}
    alias["RoutingConfig"] = {"AdditionalVersionWeights": [{"FunctionVersion": version, "FunctionWeight": 0.1}]}
    assert edited.findings("RT_FN_PROVISIONED") == []


@pytest.mark.control("RT_API_ROUTE")
def test_nobody_is_kept_away_or_told_a_value_by_what_says_so(edited: Edited) -> None:
    del edited.find("AWS::ApiGateway::Method")["AuthorizationType"]
    whole = {"HttpMethod": "*", "ResourcePath": "/*", "CachingEnabled": True}
    post = {"HttpMethod": "POST", "ResourcePath": "/~1transactions", "CachingEnabled": "false"}
    edited.find("AWS::ApiGateway::Stage")["MethodSettings"] = [whole, post]
    response = edited.find("AWS::ApiGateway::GatewayResponse")
    response["ResponseTemplates"] = {"application/json": {"Fn::Sub": '{"message": $context.error.messageString}'}}
    assert edited.findings("RT_API_ROUTE") == []


@pytest.mark.control("RT_TARGET_DLQ")
@pytest.mark.control("RT_FN_DESTINATIONS")
@pytest.mark.control("RT_RULE_FANOUT")
@pytest.mark.control("RT_ALARM_DLQ")
def test_queues_may_say_that_they_take_everything(edited: Edited) -> None:
    for queue in edited.all("AWS::SQS::Queue"):
        queue.update(FifoQueue=False, MaximumMessageSize="1048576")
    del edited.find("AWS::SQS::Queue", lambda raw: "night" in raw["Properties"]["QueueName"])["MessageRetentionPeriod"]
    assert edited.findings("RT_TARGET_DLQ", "RT_FN_DESTINATIONS", "RT_RULE_FANOUT", "RT_ALARM_DLQ") == []


@pytest.mark.control("RT_IAM_LEAST")
def test_what_is_under_a_key_of_aws_asks_for_no_right(edited: Edited) -> None:
    edited.find("AWS::DynamoDB::Table")["SSESpecification"] = {"SSEEnabled": True, "SSEType": "KMS"}
    edited.find("AWS::SNS::Topic")["KmsMasterKeyId"] = "alias/aws/sns"
    assert edited.findings("RT_IAM_LEAST") == []
