"""Buses, archives, rules and their targets."""

import json

import pytest

RULES = {
    "high-value-domestic": {
        "amount": [{"numeric": [">=", 1000]}],
        "currency": ["USD"],
        "region": ["us-east-1", "us-east-2", "us-west-1", "us-west-2"],
    },
    "high-risk-merchant": {"merchantCategory": ["electronics", "luxury", "crypto"]},
    "geo-anomaly": {
        "cardNotPresent": [True],
        "country": [{"anything-but": ["US", "NL", "DE", "FR", "GB", "UK"]}],
    },
    "velocity-spike": {"dev": 3, "prod": 5},
    "night-time": {"localHour": [{"numeric": [">=", 0, "<=", 5]}]},
}
OTHER_RULES = {"fraud-suspected": "system", "record": "audit"}
ALL_RULES = {**dict.fromkeys(RULES, "transaction"), **OTHER_RULES}
RETRY = {"MaximumRetryAttempts": 30, "MaximumEventAgeInSeconds": 3600}


def rule(template, rule_id):
    return template.named("AWS::Events::Rule", rule_id, "Name")


def durable(template, rule_id, target):
    return {
        **target,
        "RetryPolicy": RETRY,
        "DeadLetterConfig": {"Arn": template.arn("sqs", template.name(f"{rule_id}-dead-letter"))},
    }


@pytest.mark.control("RT_BUS_THREE")
def test_the_buses_are_exactly_three(template):
    buses = {bus["Name"] for bus in template.properties("AWS::Events::EventBus")}
    assert buses == {template.name("transaction"), template.name("system"), template.name("audit")}


@pytest.mark.control("RT_BUS_ARCHIVE", "RT_AUDIT_RETENTION")
def test_the_archives_keep_transactions_and_everything_audited(template):
    archives = {archive.pop("ArchiveName"): archive for archive in template.properties("AWS::Events::Archive")}
    for archive in archives.values():
        archive.pop("Description")
    assert archives == {
        template.name("transaction"): {
            "SourceArn": template.arn("events", f"event-bus/{template.name('transaction')}"),
            "EventPattern": {"source": ["hallmark.realtime"]},
            "RetentionDays": {"dev": 7, "prod": 90}[template.stage],
        },
        template.name("audit"): {
            "SourceArn": template.arn("events", f"event-bus/{template.name('audit')}"),
            "RetentionDays": 400,
        },
    }
    assert all(len(name) <= 48 for name in archives)


@pytest.mark.control("RT_RULE_FIVE")
def test_the_rules_are_exactly_these(template):
    names = {(props["EventBusName"], props["Name"]) for props in template.properties("AWS::Events::Rule")}
    assert names == {(template.name(bus), template.name(rule_id)) for rule_id, bus in ALL_RULES.items()}


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize("rule_id", RULES)
def test_a_fraud_rule_matches_by_content(template, rule_id):
    detail = RULES[rule_id]
    if rule_id == "velocity-spike":
        detail = {"recentTxnCount": [{"numeric": [">=", detail[template.stage]]}]}
    props = rule(template, rule_id)
    assert props["State"] == "ENABLED"
    assert props["EventPattern"] == {
        "source": ["hallmark.realtime"],
        "detail-type": ["TransactionReceived"],
        "detail": detail,
    }


@pytest.mark.control("RT_RULE_FANOUT", "RT_TARGET_RETRY", "RT_TARGET_DLQ")
@pytest.mark.parametrize("rule_id", RULES)
def test_a_fraud_rule_reaches_detector_buffer_and_audit(template, rule_id):
    targets = [
        {
            "Id": "fraud-detector",
            "Arn": template.arn("lambda", f"function:{template.name('fraud_detector')}:live"),
            "InputTransformer": {
                "InputPathsMap": {"detail": "$.detail"},
                "InputTemplate": f'{{"ruleId": "{rule_id}", "detail": <detail>}}',
            },
        },
        {
            "Id": "buffer-queue",
            "Arn": template.arn("sqs", template.name("buffer")),
            "InputTransformer": {"InputTemplate": f'{{"ruleId": "{rule_id}", "event": <aws.events.event.json>}}'},
        },
        {
            "Id": "audit-bus",
            "Arn": template.arn("events", f"event-bus/{template.name('audit')}"),
            "RoleArn": f"arn:aws:iam::123456789012:role/{template.name('audit-forwarder')}",
        },
    ]
    assert rule(template, rule_id)["Targets"] == [durable(template, rule_id, target) for target in targets]


@pytest.mark.control("RT_TARGET_RETRY", "RT_TARGET_DLQ")
def test_a_suspicion_reaches_the_notifier(template):
    props = rule(template, "fraud-suspected")
    assert props["EventPattern"] == {"source": ["hallmark.realtime"], "detail-type": ["FraudSuspected"]}
    target = {"Id": "notifier", "Arn": template.arn("lambda", f"function:{template.name('notifier')}:live")}
    assert props["Targets"] == [durable(template, "fraud-suspected", target)]


@pytest.mark.control("RT_AUDIT_RETENTION", "RT_TARGET_RETRY", "RT_TARGET_DLQ")
def test_everything_audited_is_logged_for_400_days(template):
    props = rule(template, "record")
    assert props["EventPattern"] == {"source": [{"prefix": ""}]}
    group = f"/aws/events/{template.name('audit')}"
    target = {"Id": "audit-log", "Arn": template.arn("logs", f"log-group:{group}")}
    assert props["Targets"] == [durable(template, "record", target)]
    groups = {g["LogGroupName"]: g["RetentionInDays"] for g in template.properties("AWS::Logs::LogGroup")}
    assert groups[group] == 400


@pytest.mark.control("RT_AUDIT_RETENTION", "RT_IAM_LEAST")
def test_only_the_record_rule_writes_the_audit_log(template):
    (policy,) = template.properties("AWS::Logs::ResourcePolicy")
    group = template.arn("logs", f"log-group:/aws/events/{template.name('audit')}:*")
    writers = {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
    assert json.loads(policy["PolicyDocument"])["Statement"] == [
        {
            "Sid": "MakeStream",
            "Effect": "Allow",
            "Principal": writers,
            "Action": "logs:CreateLogStream",
            "Resource": group,
        },
        {
            "Sid": "Write",
            "Effect": "Allow",
            "Principal": writers,
            "Action": "logs:PutLogEvents",
            "Resource": group,
            "Condition": {"ArnEquals": {"aws:SourceArn": template.rule_arn("audit", "record")}},
        },
    ]


@pytest.mark.control("RT_TARGET_DLQ", "RT_IAM_LEAST")
@pytest.mark.parametrize("rule_id", ALL_RULES)
def test_a_dead_letter_queue_takes_from_its_rule_only(template, rule_id):
    queue = f"{rule_id}-dead-letter"
    allowed = [s for s in template.queue_statements(queue) if s["Effect"] == "Allow"]
    assert allowed == [sent_from(template, queue, [template.rule_arn(ALL_RULES[rule_id], rule_id)])]


@pytest.mark.control("RT_RULE_FANOUT", "RT_IAM_LEAST")
def test_the_buffer_takes_from_the_five_rules_only(template):
    allowed = [s for s in template.queue_statements("buffer") if s["Effect"] == "Allow"]
    assert allowed == [sent_from(template, "buffer", [template.rule_arn("transaction", r) for r in RULES])]


def sent_from(template, queue, rule_arns):
    return {
        "Sid": "SendFromRules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": template.arn("sqs", template.name(queue)),
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arns}},
    }


@pytest.mark.control("RT_RULE_FANOUT", "RT_IAM_LEAST")
def test_rules_and_api_may_call_exactly_their_alias(template):
    def alias(role):
        return template.arn("lambda", f"function:{template.name(role)}:live")

    calls = {
        (p["Principal"], p["Action"], p["FunctionName"], p["SourceArn"])
        for p in template.properties("AWS::Lambda::Permission")
    }
    (api,) = template.of_type("AWS::ApiGateway::RestApi")
    (stage,) = template.of_type("AWS::ApiGateway::Stage")
    method = template.arn("execute-api", f"${{{api}}}/${{{stage}}}/POST/transactions")
    call = "lambda:InvokeFunction"
    assert calls == {
        *(("events.amazonaws.com", call, alias("fraud_detector"), template.rule_arn("transaction", r)) for r in RULES),
        ("events.amazonaws.com", call, alias("notifier"), template.rule_arn("system", "fraud-suspected")),
        ("apigateway.amazonaws.com", call, alias("ingest_processor"), method),
    }
