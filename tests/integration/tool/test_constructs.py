"""What the constructs make of arguments that no system's stack has yet; one synth of a small stack."""

import os

import pytest

from hallmark.project import node
from infra.names import Names
from infra.systems import System
from tests.support.templates import Template

VAULT = System("card_vault", "CV", "us-east-1", "a system")
NAMES = Names(VAULT.name, "dev", VAULT)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    os.environ.setdefault("JSII_NODE", node())
    os.environ.setdefault("CDK_VALIDATION", "false")
    from aws_cdk import App, Environment, Stack

    from infra.constructs.metadata import mark_stack

    app = App(outdir=str(tmp_path_factory.mktemp("assembly")), analytics_reporting=False, tree_metadata=False)
    stack = Stack(app, VAULT.stack_name("dev"), env=Environment(region=VAULT.region))
    mark_stack(stack, VAULT, "dev")
    _storage(stack)
    _api(stack, _function(stack, tmp_path_factory.mktemp("built")))
    body = app.synth().get_stack_by_name(stack.stack_name).template
    return Template(body, "dev", "{thing}-{stage}")


def _storage(stack):
    from infra.constructs.table import Index, Keys, Table, number_key, text_key
    from infra.stage import Removal

    indexes = [
        Index("by-card", Keys(text_key("card"), number_key("at"))),
        Index("by-day", Keys(text_key("day")), attributes=["status"]),
    ]
    keys, removal = Keys(text_key("id")), Removal.RETAIN
    Table(stack, "cards", names=NAMES, role="cards", keys=keys, removal=removal, indexes=indexes)


def _function(stack, folder):
    from aws_cdk import Duration
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_logs as logs

    from infra.constructs.function.archive import Archive
    from infra.constructs.function.base import Destinations, Function, FunctionSpec, Sizing
    from infra.constructs.secure_queue import SecureQueue

    spec = FunctionSpec(
        role="intake",
        runtime=lambda_.Runtime.PYTHON_3_9,
        sizing=Sizing(512, Duration.seconds(60), 10),
        log_retention=logs.RetentionDays.ONE_WEEK,
        environment={},
        statements=[],
        destinations=Destinations(1, Duration.minutes(5), SecureQueue(stack, "failed", names=NAMES, role="failed")),
    )
    archive = folder / "intake.zip"
    archive.write_bytes(b"PK\x05\x06" + bytes(18))
    packaged = Archive(archive).packaged("index.handler")
    return Function(stack, "intake", names=NAMES, spec=spec, packaged=packaged)


def _api(stack, function):
    from aws_cdk import aws_logs as logs

    from infra.constructs.rest_api import KeyedRestApi, Plan, Route

    entry, answers, required = function.entry, ["200", "404"], ["method.request.path.card_id"]
    routes = [
        Route("GET", "cards/{card_id}", entry, answers, required=required),
        Route("DELETE", "cards/{card_id}", entry, answers, required=required),
        Route("POST", "cards", entry, answers, schema={"type": "object"}),
    ]
    KeyedRestApi(
        stack,
        "Api",
        names=NAMES,
        purpose="cards",
        routes=routes,
        responses=[],
        plan=Plan(keys={"One": "one"}, name="standard", rate=1, burst=1, quota_per_day=1),
        log_retention=logs.RetentionDays.ONE_WEEK,
    )


def only(template, kind):
    (props,) = template.properties(kind)
    return props


def test_a_table_may_have_one_key_and_indexes(template):
    table = only(template, "AWS::DynamoDB::Table")
    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    by_card, by_day = table["GlobalSecondaryIndexes"]
    assert by_card == {
        "IndexName": "by-card",
        "KeySchema": [
            {"AttributeName": "card", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "ALL"},
    }
    assert by_day == {
        "IndexName": "by-day",
        "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
    }
    assert table["DeletionProtectionEnabled"] is True
    assert "StreamSpecification" not in table


def test_a_function_may_have_a_failure_queue_alone_and_no_alias(template):
    queue = template.arn("sqs", template.name("sqs-card-vault-failed"))
    name = template.name("lambda-card-vault-intake")
    assert only(template, "AWS::Lambda::EventInvokeConfig") == {
        "FunctionName": name,
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 1,
        "MaximumEventAgeInSeconds": 300,
        "DestinationConfig": {"OnFailure": {"Destination": queue}},
    }
    assert not template.of_type("AWS::Lambda::Alias")
    (policy,) = only(template, "AWS::IAM::Role")["Policies"]
    assert [(one["Sid"], one["Resource"]) for one in policy["PolicyDocument"]["Statement"]] == [
        ("OwnLogs", template.arn("logs", f"log-group:/aws/lambda/{name}:*")),
        ("Traces", "*"),
        ("FailureDestination", queue),
    ]


def test_routes_share_a_validator_of_what_they_validate(template):
    body, parameters = (template.name(f"validator-card-vault-{what}") for what in ("body", "parameters"))
    found = {key: item["Properties"] for key, item in template.of_type("AWS::ApiGateway::RequestValidator").items()}
    validators = {
        props["Name"]: (props.get("ValidateRequestBody"), props.get("ValidateRequestParameters"))
        for props in found.values()
    }
    assert validators == {body: (True, None), parameters: (None, True)}
    used = {
        props["HttpMethod"]: (found[props["RequestValidatorId"][2:-1]]["Name"], props.get("RequestParameters"))
        for props in template.properties("AWS::ApiGateway::Method")
    }
    required = {"method.request.path.card_id": True}
    assert used == {"GET": (parameters, required), "DELETE": (parameters, required), "POST": (body, None)}


def test_paths_nest(template):
    parts = {props["PathPart"] for props in template.properties("AWS::ApiGateway::Resource")}
    assert parts == {"cards", "{card_id}"}
