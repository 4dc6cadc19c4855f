"""Buses, archives, rules and their targets."""

import json

import pytest

from tests.support.parts import parts

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
ARCHIVES = parts({"RT_AUDIT_RETENTION": ("audit",)}, rest="RT_BUS_ARCHIVE")


def rule(template, rule_id):
    return template.named("AWS::Events::Rule", rule_id, "Name")


def targets(template, rule_id):
    """The targets of a rule without what every target has."""
    durable = ("RetryPolicy", "DeadLetterConfig")
    return [
        {key: value for key, value in target.items() if key not in durable}
        for target in rule(template, rule_id)["Targets"]
    ]


@pytest.mark.control("RT_BUS_THREE")
def test_the_buses_are_exactly_three(template):
    buses = {bus["Name"] for bus in template.properties("AWS::Events::EventBus")}
    assert buses == {template.name("transaction"), template.name("system"), template.name("audit")}


@pytest.mark.parametrize("part", ARCHIVES)
def test_the_archives_keep_transactions_and_everything_audited(template, part):
    archives = {archive.pop("ArchiveName"): archive for archive in template.properties("AWS::Events::Archive")}
    for archive in archives.values():
        archive.pop("Description")
    found = {name.removeprefix("realtime-").removesuffix(f"-{template.stage}"): a for name, a in archives.items()}
    wanted = {
        "transaction": {
            "SourceArn": template.arn("events", f"event-bus/{template.name('transaction')}"),
            "EventPattern": {"source": ["hallmark.realtime"]},
            "RetentionDays": {"dev": 7, "prod": 90}[template.stage],
        },
        "audit": {
            "SourceArn": template.arn("events", f"event-bus/{template.name('audit')}"),
            "RetentionDays": 400,
        },
    }
    assert part.of(found) == part.of(wanted)
    assert all(len(template.name(name)) <= 48 for name in part.of(wanted))


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


@pytest.mark.control("RT_TARGET_RETRY")
@pytest.mark.parametrize("rule_id", ALL_RULES)
def test_every_target_retries(template, rule_id):
    assert all(target.get("RetryPolicy") == RETRY for target in rule(template, rule_id)["Targets"])


@pytest.mark.control("RT_TARGET_DLQ")
@pytest.mark.parametrize("rule_id", ALL_RULES)
def test_every_target_has_the_rules_dead_letter_queue(template, rule_id):
    queue = {"Arn": template.arn("sqs", template.name(f"{rule_id}-dead-letter"))}
    assert all(target.get("DeadLetterConfig") == queue for target in rule(template, rule_id)["Targets"])


@pytest.mark.control("RT_RULE_FANOUT")
@pytest.mark.parametrize("rule_id", RULES)
def test_a_fraud_rule_reaches_detector_buffer_and_audit(template, rule_id):
    assert targets(template, rule_id) == [
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


@pytest.mark.control("RT_FN_THREE")
def test_a_suspicion_reaches_the_notifier(template):
    props = rule(template, "fraud-suspected")
    assert props["EventPattern"] == {"source": ["hallmark.realtime"], "detail-type": ["FraudSuspected"]}
    target = {"Id": "notifier", "Arn": template.arn("lambda", f"function:{template.name('notifier')}:live")}
    assert targets(template, "fraud-suspected") == [target]


@pytest.mark.control("RT_AUDIT_RETENTION")
def test_everything_audited_is_logged_for_400_days(template):
    props = rule(template, "record")
    assert props["EventPattern"] == {"source": [{"prefix": ""}]}
    group = f"/aws/events/{template.name('audit')}"
    target = {"Id": "audit-log", "Arn": template.arn("logs", f"log-group:{group}")}
    assert targets(template, "record") == [target]
    groups = {g["LogGroupName"]: g["RetentionInDays"] for g in template.properties("AWS::Logs::LogGroup")}
    assert groups[group] == 400


def granted(statements):
    """What statements allow to whom, whatever their conditions."""
    return [(s["Principal"], s["Action"], s["Resource"]) for s in statements]


@pytest.fixture
def audit_log_statements(template):
    """The statements that are there, and those that should be."""
    (policy,) = template.properties("AWS::Logs::ResourcePolicy")
    group = template.arn("logs", f"log-group:/aws/events/{template.name('audit')}:*")
    writers = {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]}
    return json.loads(policy["PolicyDocument"])["Statement"], [
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


@pytest.mark.control("RT_AUDIT_RETENTION")
def test_the_record_rule_may_write_the_audit_log(audit_log_statements):
    found, wanted = audit_log_statements
    assert granted(found) == granted(wanted)


@pytest.mark.control("RT_IAM_LEAST")
def test_nothing_else_may_write_the_audit_log(audit_log_statements):
    found, wanted = audit_log_statements
    assert [statement for statement in found if statement not in wanted] == []


# Queue -> the rules that send to it, and the control that needs them to.
SENDERS = {
    **{f"{rule_id}-dead-letter": ([(bus, rule_id)], "RT_TARGET_DLQ") for rule_id, bus in ALL_RULES.items()},
    "buffer": ([("transaction", rule_id) for rule_id in RULES], "RT_RULE_FANOUT"),
}


@pytest.mark.parametrize(
    ("queue", "rules"),
    [pytest.param(queue, rules, marks=pytest.mark.control(name)) for queue, (rules, name) in SENDERS.items()],
)
def test_a_queue_takes_from_its_rules(template, queue, rules):
    (statement,) = allowed(template, queue)
    senders = statement["Condition"]["ArnEquals"]["aws:SourceArn"] if "Condition" in statement else ["anybody"]
    assert senders == ["anybody"] or {template.rule_arn(*sender) for sender in rules} <= set(senders)
    assert granted([statement]) == granted([sent_from(template, queue, [])])


@pytest.mark.control("RT_IAM_LEAST")
@pytest.mark.parametrize("queue", SENDERS)
def test_a_queue_takes_from_nothing_but_its_rules(template, queue):
    rule_arns = [template.rule_arn(*sender) for sender in SENDERS[queue][0]]
    assert all(statement == sent_from(template, queue, rule_arns) for statement in allowed(template, queue))


def allowed(template, queue):
    return [statement for statement in template.queue_statements(queue) if statement["Effect"] == "Allow"]


def sent_from(template, queue, rule_arns):
    return {
        "Sid": "SendFromRules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": template.arn("sqs", template.name(queue)),
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arns}},
    }


def calls_of(template):
    """Who may call which alias, as the permissions say; and by the control that needs it, who should."""

    def alias(role):
        return template.arn("lambda", f"function:{template.name(role)}:live")

    found = {
        (p["Principal"], p["Action"], p["FunctionName"], p["SourceArn"])
        for p in template.properties("AWS::Lambda::Permission")
    }
    (api,) = template.of_type("AWS::ApiGateway::RestApi")
    (stage,) = template.of_type("AWS::ApiGateway::Stage")
    method = template.arn("execute-api", f"${{{api}}}/${{{stage}}}/POST/transactions")
    call, events = "lambda:InvokeFunction", "events.amazonaws.com"
    return found, {
        "RT_RULE_FANOUT": {
            (events, call, alias("fraud_detector"), template.rule_arn("transaction", rule_id)) for rule_id in RULES
        },
        "RT_FN_THREE": {(events, call, alias("notifier"), template.rule_arn("system", "fraud-suspected"))},
        "RT_API_ROUTE": {("apigateway.amazonaws.com", call, alias("ingest_processor"), method)},
    }


@pytest.mark.parametrize(
    "control",
    [pytest.param(name, marks=pytest.mark.control(name)) for name in ("RT_RULE_FANOUT", "RT_FN_THREE", "RT_API_ROUTE")],
)
def test_rules_and_api_may_call_their_alias(template, control):
    found, wanted = calls_of(template)
    assert wanted[control] <= found


@pytest.mark.control("RT_IAM_LEAST")
def test_nothing_else_may_call_a_function(template):
    found, wanted = calls_of(template)
    assert found - set().union(*wanted.values()) == set()
