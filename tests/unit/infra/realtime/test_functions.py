"""The three functions and their roles."""

import pytest

from tests.support.parts import parts

ROLES = ("ingest_processor", "fraud_detector", "notifier")
RESERVED = {
    "dev": {"ingest_processor": 80, "fraud_detector": 80, "notifier": 80},
    "prod": {"ingest_processor": 200, "fraud_detector": 300, "notifier": 100},
}
SETTINGS = parts(
    {
        "RT_FN_RUNTIME": ("Runtime", "Architectures"),
        "RT_FN_MEMORY": ("MemorySize",),
        "RT_FN_TRACING": ("TracingConfig",),
        "RT_FN_LOGS": ("LoggingConfig",),
        "RT_FN_RESERVED": ("ReservedConcurrentExecutions",),
    },
    rest="RT_FN_THREE",
)
TOLD_ELSEWHERE = ("Code", "Environment", "Tags")


def function(template, role):
    return template.named("AWS::Lambda::Function", role, "FunctionName")


@pytest.mark.control("RT_FN_THREE")
def test_the_functions_are_exactly_three_and_say_their_role(template):
    roles = {
        resource["Properties"]["FunctionName"]: resource["Metadata"]["Hallmark"]
        for resource in template.of_type("AWS::Lambda::Function").values()
    }
    assert roles == {
        template.name(role): {"System": "realtime", "Stage": template.stage, "Role": role} for role in ROLES
    }


@pytest.mark.parametrize("part", SETTINGS)
@pytest.mark.parametrize("role", ROLES)
def test_a_function_is_set_up_as_its_stage_wants(template, role, part):
    props = function(template, role)
    wanted = {
        "FunctionName": template.name(role),
        "Runtime": "nodejs18.x",
        "Architectures": ["arm64"],
        "Handler": "index.handler",
        "MemorySize": {"dev": 512, "prod": 3008}[template.stage],
        "Timeout": 10,
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogGroup": f"/aws/lambda/{template.name(role)}"},
        "ReservedConcurrentExecutions": RESERVED[template.stage][role],
        "Role": f"arn:aws:iam::123456789012:role/{template.name(role)}",
    }
    assert part.of({key: value for key, value in props.items() if key not in TOLD_ELSEWHERE}) == part.of(wanted)


@pytest.mark.parametrize(
    ("prefix", "things"),
    [
        pytest.param("/aws/lambda/", ROLES, marks=pytest.mark.control("RT_FN_LOGS")),
        pytest.param("/aws/apigateway/", ("transactions",), marks=pytest.mark.control("RT_API_LOGS")),
    ],
)
def test_function_and_access_logs_are_kept_30_days(template, prefix, things):
    groups = {g["LogGroupName"]: g["RetentionInDays"] for g in template.properties("AWS::Logs::LogGroup")}
    found = {name: days for name, days in groups.items() if name.startswith(prefix)}
    assert found == {f"{prefix}{template.name(thing)}": 30 for thing in things}


def test_there_is_no_log_group_beside_those_of_functions_api_and_audit(template):
    names = [group["LogGroupName"] for group in template.properties("AWS::Logs::LogGroup")]
    others = [name for name in names if not name.startswith(("/aws/lambda/", "/aws/apigateway/"))]
    assert others == [f"/aws/events/{template.name('audit')}"]


@pytest.mark.control("RT_FN_THREE")
def test_the_environment_is_the_contract(template):
    def bus(name):
        return template.name(name)

    common = {"STAGE": template.stage, "AUDIT_LOGS_TABLE": template.name("audit-logs"), "NODE_NO_WARNINGS": "1"}
    expected = {
        "ingest_processor": {
            "TRANSACTIONS_TABLE": template.name("transactions"),
            "TRANSACTION_BUS": bus("transaction"),
            "FAILURE_QUEUE_URL": f"https://sqs.eu-central-1.amazonaws.com/123456789012/{template.name('failure')}",
            "VELOCITY_WINDOW_SECONDS": "60",
        },
        "fraud_detector": {
            "RULES_TABLE": template.name("rules"),
            "RULES_CACHE_SECONDS": {"dev": "2", "prod": "60"}[template.stage],
            "PROCESSED_BUCKET": f"{template.name('processed')}-123456789012",
            "SYSTEM_BUS": bus("system"),
        },
        "notifier": {"ALERT_TOPIC_ARN": template.arn("sns", template.name("alert"))},
    }
    for role, variables in expected.items():
        assert function(template, role)["Environment"]["Variables"] == {**common, **variables}


@pytest.mark.control("RT_FN_PROVISIONED")
def test_every_function_has_the_alias_live_provisioned_where_it_is_critical(template):
    aliases = {
        alias["FunctionName"]: (alias["Name"], alias.get("ProvisionedConcurrencyConfig"))
        for alias in template.properties("AWS::Lambda::Alias")
    }
    provisioned = {"dev": None, "prod": {"ProvisionedConcurrentExecutions": 25}}[template.stage]
    assert aliases == {
        template.name("ingest_processor"): ("live", provisioned),
        template.name("fraud_detector"): ("live", provisioned),
        template.name("notifier"): ("live", None),
    }


@pytest.mark.control("RT_FN_DESTINATIONS")
def test_destinations_are_set_on_the_alias(template):
    configs = {config["FunctionName"]: config for config in template.properties("AWS::Lambda::EventInvokeConfig")}
    assert configs == {
        template.name(role): {
            "FunctionName": template.name(role),
            "Qualifier": "live",
            "MaximumRetryAttempts": 2,
            "MaximumEventAgeInSeconds": 3600,
            "DestinationConfig": {
                "OnSuccess": {"Destination": template.arn("events", f"event-bus/{template.name('audit')}")},
                "OnFailure": {"Destination": template.arn("sqs", template.name("failure"))},
            },
        }
        for role in ROLES
    }


def allow(sid, actions, resources, condition=None):
    statement = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def basics(template, role):
    return [
        allow(
            "OwnLogs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            template.arn("logs", f"log-group:/aws/lambda/{template.name(role)}:*"),
        ),
        allow("Traces", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        allow("SuccessDestination", "events:PutEvents", bus(template, "audit")),
        allow("FailureDestination", "sqs:SendMessage", template.arn("sqs", template.name("failure"))),
    ]


def table(template, name):
    return template.arn("dynamodb", f"table/{template.name(name)}")


def bus(template, name):
    return template.arn("events", f"event-bus/{template.name(name)}")


def publishes(detail_type):
    return {
        "ForAllValues:StringEquals": {"events:source": "hallmark.realtime", "events:detail-type": detail_type},
        "Null": {"events:source": "false", "events:detail-type": "false"},
    }


def own_statements(template):
    together = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}
    transactions, audit_logs = table(template, "transactions"), table(template, "audit-logs")
    objects = f"arn:aws:s3:::{template.name('processed')}-123456789012/processed/*"
    return {
        "ingest_processor": [
            allow("CountRecent", "dynamodb:Query", transactions),
            allow("AcceptTogether", "dynamodb:PutItem", [transactions, audit_logs], together),
            allow(
                "PublishTransaction",
                "events:PutEvents",
                bus(template, "transaction"),
                publishes("TransactionReceived"),
            ),
        ],
        "fraud_detector": [
            allow("ReadRules", "dynamodb:Query", table(template, "rules")),
            allow("RecordVerdict", "dynamodb:PutItem", audit_logs),
            allow("WriteProcessed", "s3:PutObject", objects, {"Bool": {"aws:SecureTransport": "true"}}),
            allow("PublishSuspicion", "events:PutEvents", bus(template, "system"), publishes("FraudSuspected")),
        ],
        "notifier": [
            allow("RecordAlert", ["dynamodb:GetItem", "dynamodb:PutItem"], audit_logs),
            allow("Alert", "sns:Publish", template.arn("sns", template.name("alert"))),
        ],
    }


@pytest.mark.control("RT_IAM_LEAST")
@pytest.mark.parametrize("role", ROLES)
def test_a_function_may_do_exactly_this(template, role):
    props = template.named("AWS::IAM::Role", role, "RoleName")
    assert "ManagedPolicyArns" not in props
    assert props["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    (policy,) = props["Policies"]
    assert policy["PolicyDocument"]["Statement"] == basics(template, role) + own_statements(template)[role]


@pytest.mark.control("RT_IAM_LEAST")
def test_only_the_five_rules_may_forward_and_only_to_the_audit_bus(template):
    rules = ("high-value-domestic", "high-risk-merchant", "geo-anomaly", "velocity-spike", "night-time")
    props = template.named("AWS::IAM::Role", "audit-forwarder", "RoleName")
    assert props["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "ArnEquals": {"aws:SourceArn": [template.rule_arn("transaction", rule) for rule in rules]},
                "StringEquals": {"aws:SourceAccount": "123456789012"},
            },
        }
    ]
    (policy,) = props["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        allow("ForwardToAudit", "events:PutEvents", bus(template, "audit"))
    ]


@pytest.mark.control("RT_IAM_LEAST")
def test_there_is_no_role_or_policy_beside_these(template):
    roles = {props["RoleName"] for props in template.properties("AWS::IAM::Role")}
    assert roles == {template.name(role) for role in (*ROLES, "audit-forwarder")}
    assert not template.of_type("AWS::IAM::Policy")
    assert not template.of_type("AWS::IAM::ManagedPolicy")
