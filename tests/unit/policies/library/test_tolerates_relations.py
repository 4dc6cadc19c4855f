"""A relation that is right in another writing is no finding: policies, metrics, mappings, variables, callers."""

import json
from typing import Any

import pytest

from tests.unit.policies.edited import Edited

ALIAS, FUNCTION, RULE = "AWS::Lambda::Alias", "AWS::Lambda::Function", "AWS::Events::Rule"
BUS = "arn:aws:events:eu-central-1:${AWS::AccountId}:rule/realtime-transaction-dev"
EVERY = ("RT_RULE_FANOUT", "RT_FN_THREE", "RT_IAM_LEAST", "RT_TARGET_DLQ", "RT_QUEUE_SECURE", "RT_FN_PROVISIONED")
ALARMS = ("RT_ALARM_API", "RT_ALARM_DLQ", "RT_ALARM_FN")


def detector(edited: Edited) -> str:
    """The logical id of the detector's alias."""
    return edited.name(ALIAS, lambda raw: "frauddetector" in str(raw["Properties"]["FunctionName"]))


def marked(edited: Edited, role: str) -> str:
    """The logical id of the resource with a mark."""
    return next(
        name
        for name, raw in edited.resources.items()
        if raw.get("Metadata", {}).get("Hallmark", {}).get("Role") == role
    )


@pytest.mark.parametrize("as_text", [False, True])
def test_a_functions_policy_as_a_whole_gives_what_a_permission_gives(edited: Edited, as_text: bool) -> None:
    alias, rule = detector(edited), "night-time"
    permission = edited.name("AWS::Lambda::Permission", lambda raw: rule in json.dumps(raw))
    del edited.resources[permission]
    assert edited.findings("RT_RULE_FANOUT") != []
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": f"${{{alias}}}",
        "Condition": {"ArnLike": {"AWS:SourceArn": f"{BUS}/realtime-night-time-dev"}},
    }
    document = {"Fn::Sub": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    if not as_text:
        statement["Resource"], source = {"Ref": alias}, {"Fn::Sub": f"{BUS}/realtime-night-time-dev"}
        document = {"Statement": {**statement, "Condition": {"ArnEquals": {"aws:SourceArn": source}}}}
    whole = {"ResourceArn": {"Ref": alias}, "PolicyDocument": document}
    edited.resources["Whole"] = {"Type": "AWS::Lambda::ResourcePolicy", "Properties": whole}
    assert edited.findings(*EVERY) == []


def test_two_policies_on_a_function_are_none_that_is_certain(edited: Edited) -> None:
    test_a_functions_policy_as_a_whole_gives_what_a_permission_gives(edited, False)
    edited.resources["Again"] = edited.resources["Whole"]
    found = edited.findings("RT_RULE_FANOUT", "RT_IAM_LEAST")
    assert {name for name, _ in found} == {marked(edited, "night-time"), detector(edited)}


@pytest.mark.parametrize(
    ("operator", "pattern"),
    [
        ("ArnNotLike", f"{BUS}/*"),
        ("ArnNotEquals", f"{BUS}/*"),
        ("StringNotLike", f"{BUS}/realtime-*-dev"),
        ("StringNotEquals", f"{BUS}/realtime-high-value-domestic-dev"),
        ("ArnNotLike", "arn:aws:events:*:${AWS::AccountId}:rule/realtime-transaction-dev/realtime-????-value-*"),
        ("ArnNotLikeIfExists", "arn:*:events:*:*:*"),
    ],
)
def test_a_denial_spares_what_is_like_its_pattern(edited: Edited, operator: str, pattern: str) -> None:
    queue = marked(edited, "high-value-domestic-dead-letter")
    policy = edited.find("AWS::SQS::QueuePolicy", lambda raw: raw["Properties"]["Queues"] == [{"Ref": queue}])
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    condition = {operator: {"aws:SourceArn": {"Fn::Sub": pattern}}}
    policy["PolicyDocument"]["Statement"].append({**denial, "Condition": condition})
    assert edited.findings("RT_TARGET_DLQ", "RT_QUEUE_SECURE") == []


@pytest.mark.parametrize(
    ("condition", "spared"),
    [
        ({"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-central-1:111122223333:orders-dev"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:events:*:*:rule/orders/*"}}, True),
        ({"StringLike": {"aws:SourceArn": ["arn:aws:events:*:*:rule/orders/*", "arn:aws:s3:::*"]}}, True),
        ({"StringEquals": {"aws:PrincipalServiceName": "sns.amazonaws.com"}}, True),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalServiceName": "SNS.amazonaws.com"}}, True),
        ({"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::*", "arn:aws:events:*:*:rule/realtime-*"]}}, False),
        ({"StringLike": {"aws:SourceArn": "arn:aws:events:*dev"}}, False),
        ({"StringEquals": {"aws:SourceAccount": "999988887777"}}, False),
        ({"ArnEquals": {"aws:SourceArn": {"Fn::ImportValue": "sender"}}}, False),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, False),
    ],
    ids=str,
)
def test_a_denial_for_others_spares_our_rules(edited: Edited, condition: dict[str, Any], spared: bool) -> None:
    queue = marked(edited, "high-value-domestic-dead-letter")
    policy = edited.find("AWS::SQS::QueuePolicy", lambda raw: raw["Properties"]["Queues"] == [{"Ref": queue}])
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*", "Condition": condition}
    policy["PolicyDocument"]["Statement"].append(denial)
    assert (edited.findings("RT_TARGET_DLQ") == []) == spared


def test_a_topics_denial_spares_the_alarms_that_are_like_its_pattern(edited: Edited) -> None:
    policy = edited.find("AWS::SNS::TopicPolicy", lambda raw: "PublishFromAlarms" in str(raw))
    denial = {"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": policy["Topics"][0]}
    like = {"Fn::Sub": "arn:aws:cloudwatch:eu-central-1:${AWS::AccountId}:alarm:realtime-*"}
    policy["PolicyDocument"]["Statement"].append({**denial, "Condition": {"ArnNotLike": {"aws:SourceArn": like}}})
    assert edited.findings(*ALARMS) == []


def queried(alarm: dict[str, Any]) -> dict[str, Any]:
    """The query of an alarm's metric, which is taken from its properties."""
    metric = {name: alarm.pop(name) for name in ("Namespace", "MetricName", "Dimensions")}
    stat = alarm.pop("Statistic", None) or alarm.pop("ExtendedStatistic")
    return {"Id": "m1", "MetricStat": {"Metric": metric, "Period": alarm.pop("Period"), "Stat": stat}}


def test_an_alarm_may_write_its_metric_as_a_query(edited: Edited) -> None:
    for alarm in edited.all("AWS::CloudWatch::Alarm"):
        alarm["Metrics"] = [{**queried(alarm), "Label": "shown", "ReturnData": True}]
    assert edited.findings(*ALARMS) == []


def test_an_alarm_may_write_its_metric_beside_an_expression_of_its_name(edited: Edited) -> None:
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == "Latency")
    alarm["Metrics"] = [{"Id": "e1", "Expression": "m1"}, {**queried(alarm), "ReturnData": False}]
    alarm["Metrics"][1]["MetricStat"]["Stat"] = "p99.0"
    assert edited.findings(*ALARMS) == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"Stat": "p50"}, "Metrics[0].MetricStat.Stat"),
        ({"Period": 86_400}, "Metrics[0].MetricStat.Period"),
        ({"Unit": "Bytes"}, "Metrics[0].MetricStat.Unit"),
    ],
)
def test_a_query_is_judged_as_the_properties_are(edited: Edited, change: dict[str, Any], path: str) -> None:
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == "Latency")
    alarm["Metrics"] = [queried(alarm)]
    alarm["Metrics"][0]["MetricStat"].update(change)
    assert path in [place for _, place in edited.findings("RT_ALARM_API")]


@pytest.mark.parametrize("more", [{"Expression": "FILL(m1, 0)"}, {"Expression": "m2"}])
def test_another_expression_watches_nothing_that_is_known(edited: Edited, more: dict[str, Any]) -> None:
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == "Latency")
    alarm["Metrics"] = [{"Id": "e1", **more}, {**queried(alarm), "ReturnData": False}]
    assert [path for _, path in edited.findings("RT_ALARM_API")] == ["StageName"]


def test_an_alarm_of_alarms_may_ring_for_it(edited: Edited) -> None:
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == "Latency")
    actions, name = alarm.pop("AlarmActions"), alarm["AlarmName"]
    rule = f'ALARM("{name}") OR ALARM(other-dev)'
    both = {"AlarmName": "realtime-both-dev", "AlarmRule": rule, "AlarmActions": actions}
    edited.resources["Both"] = {"Type": "AWS::CloudWatch::CompositeAlarm", "Properties": both}
    assert edited.findings("RT_ALARM_API") == []
    for change in (
        {"ActionsSuppressor": "other-dev"},
        {"ActionsEnabled": False},
        {"AlarmRule": f'ALARM("{name}") AND ALARM(other-dev)'},
        {"AlarmRule": f'NOT ALARM("{name}")'},
        {"AlarmActions": []},
    ):
        edited.resources["Both"]["Properties"] = {**both, **change}
        assert [path for _, path in edited.findings("RT_ALARM_API")] == ["AlarmActions"], change


def test_a_rule_may_mute_alarms_of_others(edited: Edited) -> None:
    mute = {"Rule": {"Schedule": {"Expression": "cron(0 0 * * *)", "Duration": "P1D"}}}
    targets = {"MuteTargets": {"AlarmNames": ["other-dev"]}}
    edited.resources["Muted"] = {"Type": "AWS::CloudWatch::AlarmMuteRule", "Properties": {**mute, **targets}}
    edited.resources["Empty"] = {"Type": "AWS::CloudWatch::AlarmMuteRule", "Properties": mute}
    assert edited.findings(*ALARMS) == []


def test_few_samples_are_nothing_to_an_average(edited: Edited) -> None:
    alarm = edited.find("AWS::CloudWatch::Alarm", lambda raw: raw["Properties"]["MetricName"] == "5XXError")
    alarm["EvaluateLowSampleCountPercentile"] = "ignore"
    assert edited.findings("RT_ALARM_API") == []


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::ApiGateway::BasePathMapping", {"RestApiId": "api"}),
        ("AWS::ApiGateway::BasePathMappingV2", {"RestApiId": "api"}),
        ("AWS::ApiGatewayV2::ApiMapping", {"ApiId": "api", "Stage": "dev", "ApiMappingKey": "cards/v1"}),
        ("AWS::ApiGatewayV2::RoutingRule", {"Actions": [{"InvokeApi": {"ApiId": "api", "Stage": "dev"}}]}),
    ],
)
def test_an_api_may_have_an_address_of_its_own_alone(edited: Edited, kind: str, properties: dict[str, Any]) -> None:
    api = edited.name("AWS::ApiGateway::RestApi")
    edited.resources[api]["Properties"]["DisableExecuteApiEndpoint"] = True
    assert edited.findings("RT_API_ROUTE") == [(api, "DisableExecuteApiEndpoint")]
    written = json.loads(json.dumps(properties).replace('"api"', json.dumps({"Ref": api})))
    edited.resources["Mapped"] = {"Type": kind, "Properties": written}
    assert edited.findings("RT_API_ROUTE") == []


@pytest.mark.parametrize("more", [{"Stage": "next"}, {"Stage": {"Fn::ImportValue": "stage"}}, {"ApiId": "other"}])
def test_an_address_that_leads_elsewhere_is_none(edited: Edited, more: dict[str, Any]) -> None:
    api = edited.name("AWS::ApiGateway::RestApi")
    edited.resources[api]["Properties"]["DisableExecuteApiEndpoint"] = True
    own = {"ApiId": {"Ref": api}, "Stage": "dev"}
    edited.resources["Mapped"] = {"Type": "AWS::ApiGatewayV2::ApiMapping", "Properties": own}
    assert edited.findings("RT_API_ROUTE") == []
    edited.resources["Mapped"]["Condition"] = "Perhaps"
    assert edited.findings("RT_API_ROUTE") == [(api, "DisableExecuteApiEndpoint")]
    edited.resources["Mapped"] = {"Type": "AWS::ApiGatewayV2::ApiMapping", "Properties": {**own, **more}}
    assert edited.findings("RT_API_ROUTE") == [(api, "DisableExecuteApiEndpoint")]


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("realtime-fraud_detector-dev:live", True),
        ("${AWS::AccountId}:function:realtime-fraud_detector-dev:live", True),
        ("arn:${AWS::Partition}:lambda:eu-central-1:${AWS::AccountId}:function:realtime-fraud_detector-dev:live", True),
        ("999988887777:function:realtime-fraud_detector-dev:live", False),
        ("arn:aws:lambda:eu-central-1:999988887777:function:realtime-fraud_detector-dev:live", False),
        ("arn:aws:lambda:us-east-1:${AWS::AccountId}:function:realtime-fraud_detector-dev:live", False),
    ],
)
def test_a_function_is_ours_in_this_account_and_region(edited: Edited, name: str, ours: bool) -> None:
    permission = edited.find("AWS::Lambda::Permission", lambda raw: "night-time" in json.dumps(raw))
    permission["FunctionName"] = {"Fn::Sub": name}
    assert (edited.findings("RT_RULE_FANOUT", "RT_IAM_LEAST") == []) == ours


@pytest.mark.parametrize("values", [{"alias": "live"}, {"alias": "next"}, {}])
def test_a_stage_variable_is_filled_in(edited: Edited, values: dict[str, str]) -> None:
    function = marked(edited, "ingest_processor")
    uri = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
    end = ":${stageVariables.alias}/invocations"
    integration = edited.find("AWS::ApiGateway::Method")["Integration"]
    integration["Uri"] = {"Fn::Join": ["", [uri, {"Fn::GetAtt": [function, "Arn"]}, end]]}
    edited.find("AWS::ApiGateway::Stage")["Variables"] = values
    found = edited.findings("RT_API_ROUTE", "RT_FN_PROVISIONED", "RT_FN_DESTINATIONS", "RT_IAM_LEAST")
    assert (found == []) == (values == {"alias": "live"})


def test_a_canary_may_have_other_variables(edited: Edited) -> None:
    test_a_stage_variable_is_filled_in(edited, {"alias": "live"})
    canary = {"PercentTraffic": 10, "StageVariableOverrides": {"alias": "next"}}
    stage = edited.find("AWS::ApiGateway::Stage")
    stage["CanarySetting"] = {**canary, "DeploymentId": stage["DeploymentId"]}
    method = edited.name("AWS::ApiGateway::Method")
    assert (method, "Integration.Uri") in edited.findings("RT_FN_PROVISIONED")


def test_a_topic_may_call_a_function_by_a_permission_of_its_own(edited: Edited) -> None:
    alias = edited.name(ALIAS, lambda raw: "notifier" in str(raw["Properties"]["FunctionName"]))
    topic = {"Ref": marked(edited, "alert")}
    heard = {"Protocol": "lambda", "Endpoint": {"Ref": alias}, "TopicArn": topic}
    edited.resources["Heard"] = {"Type": "AWS::SNS::Subscription", "Properties": heard}
    permission = {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": alias}, "SourceArn": topic}
    edited.resources["Called"] = {
        "Type": "AWS::Lambda::Permission",
        "Properties": {**permission, "Principal": "sns.amazonaws.com"},
    }
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_log_may_call_a_function_by_a_permission_of_its_own(edited: Edited) -> None:
    alias = edited.name(ALIAS, lambda raw: "notifier" in str(raw["Properties"]["FunctionName"]))
    group = edited.name("AWS::Logs::LogGroup", lambda raw: "ingest" in str(raw))
    filtered = {"LogGroupName": {"Ref": group}, "FilterPattern": "", "DestinationArn": {"Ref": alias}}
    edited.resources["Filtered"] = {"Type": "AWS::Logs::SubscriptionFilter", "Properties": filtered}
    permission = {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": alias}, "Principal": "logs.amazonaws.com"}
    source = {"Fn::GetAtt": [group, "Arn"]}
    edited.resources["Called"] = {"Type": "AWS::Lambda::Permission", "Properties": {**permission, "SourceArn": source}}
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_topic_and_a_bucket_may_send_to_a_queue_on_their_behalf(edited: Edited) -> None:
    queue, topic, bucket = marked(edited, "parking"), marked(edited, "alert"), marked(edited, "processed")
    arn = {"Fn::GetAtt": [queue, "Arn"]}
    edited.resources[topic]["Properties"]["Subscription"] = [{"Protocol": "sqs", "Endpoint": arn}]
    notices = {"QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": arn}]}
    edited.resources[bucket]["Properties"]["NotificationConfiguration"] = notices
    policy = edited.find("AWS::SQS::QueuePolicy", lambda raw: raw["Properties"]["Queues"] == [{"Ref": queue}])
    for service, source in (("sns", {"Ref": topic}), ("s3", {"Fn::GetAtt": [bucket, "Arn"]})):
        allowed = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sqs:SendMessage"}
        condition = {"ArnEquals": {"aws:SourceArn": source}}
        policy["PolicyDocument"]["Statement"].append({**allowed, "Resource": arn, "Condition": condition})
    assert edited.findings("RT_IAM_LEAST", "RT_QUEUE_SECURE", "RT_BUCKET_PRIVATE") == []


def test_a_key_policy_is_not_asked_for_what_it_cannot_say(edited: Edited) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "kms:Decrypt"}
    document = {"Statement": [{**statement, "Resource": "*"}]}
    edited.resources["Key"] = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document}}
    assert edited.findings("RT_IAM_LEAST") == [("Key", "KeyPolicy.Statement[0]")]


@pytest.mark.parametrize(
    ("kind", "key", "resource"),
    [
        ("AWS::ECR::Repository", "RepositoryPolicyText", None),
        ("AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", "*"),
        ("AWS::Backup::BackupVault", "AccessPolicy", "*"),
        ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "*"),
    ],
)
def test_a_policy_on_itself_needs_no_arn(edited: Edited, kind: str, key: str, resource: str | None) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "any:Thing", "Resource": resource}
    document = {"Statement": {key: value for key, value in statement.items() if value}}
    edited.resources["Held"] = {"Type": kind, "Properties": {key: document}}
    assert [path for name, path in edited.findings("RT_IAM_LEAST") if name == "Held"] == [
        f"{key}.Statement.Principal",
        f"{key}.Statement.Condition",
    ]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::SES::ReceiptFilter", {"Filter": {"IpFilter": {"Policy": "Block", "Cidr": "10.0.0.1/24"}}}),
        ("AWS::Config::ConfigRule", {"Source": {"CustomPolicyDetails": {"PolicyText": "rule a {}"}}}),
        ("AWS::OpenSearchServerless::SecurityPolicy", {"Policy": '{"Rules":[]}', "Type": "encryption"}),
        ("AWS::Logs::AccountPolicy", {"PolicyType": "FIELD_INDEX_POLICY", "PolicyDocument": '{"Fields":["a"]}'}),
    ],
)
def test_a_document_of_another_language_is_none_of_iam(edited: Edited, kind: str, properties: Any) -> None:
    edited.resources["Other"] = {"Type": kind, "Properties": properties}
    assert edited.findings("RT_IAM_LEAST") == []


def test_a_custom_resource_of_this_template_is_shown(edited: Edited) -> None:
    token = {"Fn::GetAtt": [marked(edited, "notifier"), "Arn"]}
    properties = {"ServiceToken": token, "Table": {"Ref": marked(edited, "rules")}}
    edited.resources["Own"] = {"Type": "Custom::Own", "Properties": properties}
    assert edited.findings("RT_TABLE_KEYS") == []
    edited.resources["Own"]["Properties"]["ServiceToken"] = {"Fn::ImportValue": "elsewhere"}
    assert edited.findings("RT_TABLE_KEYS") == [("Own", "ServiceToken")]
    del edited.resources["Own"]["Properties"]["Table"]
    assert edited.findings("RT_TABLE_KEYS") == []


def test_a_stream_may_be_read_through_a_pipe(edited: Edited) -> None:
    role = {"Fn::GetAtt": [edited.name("AWS::IAM::Role"), "Arn"]}
    pipe = {"RoleArn": role, "Source": {"Fn::GetAtt": [marked(edited, "parking"), "Arn"]}}
    edited.resources["Pipe"] = {
        "Type": "AWS::Pipes::Pipe",
        "Properties": {**pipe, "Target": {"Fn::GetAtt": [marked(edited, "buffer"), "Arn"]}},
    }
    assert edited.findings("RT_FN_THREE", "RT_IAM_LEAST") == []


def test_queues_and_topics_may_have_their_policy_inline(edited: Edited) -> None:
    for raw in edited.resources.values():
        properties = raw.get("Properties", {})
        if raw["Type"] == "AWS::SQS::QueuePolicy":
            raw["Type"], properties["Queue"] = "AWS::SQS::QueueInlinePolicy", properties.pop("Queues")[0]
        if raw["Type"] == "AWS::SNS::TopicPolicy":
            raw["Type"], properties["TopicArn"] = "AWS::SNS::TopicInlinePolicy", properties.pop("Topics")[0]
    assert edited.findings(*EVERY, *ALARMS) == []


def test_a_log_group_may_let_in_eventbridge_itself(edited: Edited) -> None:
    policy = edited.resources.pop(edited.name("AWS::Logs::ResourcePolicy"))["Properties"]["PolicyDocument"]
    assert edited.findings("RT_AUDIT_RETENTION") != []
    edited.resources[marked(edited, "audit-log")]["Properties"]["ResourcePolicyDocument"] = policy
    assert "" not in [path for _, path in edited.findings("RT_AUDIT_RETENTION")]
