"""Rows of least privilege: what each means as actions on ARNs under conditions, and which cannot be read."""

from typing import Any

import pytest

from policies.engine.iam.grants import Grant, grants_of
from policies.engine.parts import NoPart
from policies.engine.template.template import Template
from tests.unit.policies.small import found, parts_in, small

HERE = "us-east-1:${AccountId}"
TABLE = f"arn:aws:dynamodb:{HERE}:table/dynamodb-merchant-upload-transactions-dev"
FILES = "arn:aws:s3:::s3-merchant-upload-files-${AccountId}-dev"
LOGS = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/lambda-merchant-upload-api-handler-dev:*"
ROWS: dict[str, list[dict[str, Any]]] = {
    "every": [{"action": ["logs:CreateLogStream", "logs:PutLogEvents"], "on": "own log group"}],
    "api_handler": [
        {"action": "dynamodb:PutItem", "on": "table transactions"},
        {"action": "s3:PutObject", "on": "bucket files", "prefix": "uploads/"},
        {"action": "dynamodb:Query", "on": "table transactions", "optional": "a status may be looked up later"},
    ],
}
STATEMENTS: list[dict[str, Any]] = [
    {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": {"Fn::GetAtt": ["Logs", "Arn"]}},
    {"Action": "dynamodb:PutItem", "Resource": {"Fn::GetAtt": ["Transactions", "Arn"]}},
    {"Action": "s3:PutObject", "Resource": {"Fn::Sub": "${Files.Arn}/uploads/*"}},
]


def _grants(*rows: dict[str, Any]) -> list[Grant]:
    template = Template(small())
    parts = parts_in(template)
    function = parts.function("api_handler")
    assert function
    return grants_of(template, parts, "api_handler", function, {"api_handler": list(rows)})


@pytest.mark.parametrize(
    ("on", "more", "arns"),
    [
        ("table transactions", {}, [TABLE]),
        ("index transactions/by-card", {}, [f"{TABLE}/index/by-card"]),
        ("stream transactions", {}, ["${Transactions.StreamArn}"]),
        ("bucket files", {"prefix": "uploads/"}, [f"{FILES}/uploads/*"]),
        ("function validation", {}, [f"arn:aws:lambda:{HERE}:function:lambda-merchant-upload-validation-dev"]),
        ("own log group", {}, [LOGS]),
        ("own failure queue", {}, []),
        ("*", {}, ["*"]),
        (["table transactions", "topic alerts"], {}, [TABLE, f"arn:aws:sns:{HERE}:sns-merchant-upload-alerts-dev"]),
    ],
)
def test_a_row_is_on_what_plays_its_part(on: Any, more: dict[str, Any], arns: list[str]) -> None:
    assert [grant.resource for grant in _grants({"action": "a:B", "on": on, **more})] == arns


def test_a_failure_queue_is_where_the_function_s_failures_go() -> None:
    document = small()
    document["Resources"]["Fails"] = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": "Handler"},
            "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Failed", "Arn"]}}},
        },
    }
    template = Template(document)
    parts = parts_in(template)
    function = parts.function("api_handler")
    assert function
    rows = {"every": [{"action": "sqs:SendMessage", "on": "own failure queue"}]}
    (grant,) = grants_of(template, parts, "api_handler", function, rows)
    assert grant.resource == f"arn:aws:sqs:{HERE}:sqs-merchant-upload-validation-failed-dev"


def test_an_event_may_be_asked_for_in_two_ways() -> None:
    (grant,) = _grants({"action": "events:PutEvents", "on": "*", "event": {"source": "us", "detail-type": "It"}})
    exact = {("stringequals", "events:source"): ("us",), ("stringequals", "events:detail-type"): ("It",)}
    every = {
        ("forallvalues:stringequals", "events:source"): ("us",),
        ("forallvalues:stringequals", "events:detail-type"): ("It",),
        ("null", "events:source"): ("false",),
        ("null", "events:detail-type"): ("false",),
    }
    assert grant.conditions == (exact, every)


def test_an_enclosing_operation_may_be_asked_for_in_two_ways() -> None:
    (grant,) = _grants({"action": "dynamodb:PutItem", "on": "*", "enclosing": "TransactWriteItems"})
    key = "dynamodb:enclosingoperation"
    assert [list(one) for one in grant.conditions] == [[("foranyvalue:stringequals", key)], [("stringequals", key)]]


def test_a_condition_is_written_as_in_iam() -> None:
    (grant,) = _grants({"action": "s3:PutObject", "on": "*", "condition": {"Bool": {"aws:SecureTransport": "true"}}})
    assert grant.conditions == ({("bool", "aws:securetransport"): ("true",)},)


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        ({"action": "a:B", "on": "*", "when": "always"}, ValueError, "a grant has no when"),
        ({"action": "a:B", "on": "*", "event": {}, "condition": {}}, ValueError, "a grant has one of condition,"),
        ({"action": "a:B", "on": "table nothing"}, NoPart, "no table that plays nothing"),
        ({"action": "a:B", "on": "cupboard nothing"}, NoPart, "no cupboard that plays nothing"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused(row: dict[str, Any], error: type[Exception], problem: str) -> None:
    with pytest.raises(error, match=problem):
        _grants(row)


def _reported(statements: list[dict[str, Any]], rows: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    document = small()
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    document["Resources"]["Role"]["Properties"].update(
        AssumeRolePolicyDocument={"Statement": [trust]},
        Policies=[{"PolicyDocument": {"Statement": [{"Effect": "Allow", **one} for one in statements]}}],
    )
    given = {"grants": ROWS if rows is None else rows, "never": ["kms:*"]}
    own = found("iam/least_privilege", document, **given)
    return [(one.path, one.found) for one in own if one.resource == "Role"]


def test_a_role_has_what_its_rows_say() -> None:
    assert _reported(STATEMENTS) == []


def test_what_is_optional_may_be_there() -> None:
    assert (
        _reported([*STATEMENTS, {"Action": "dynamodb:Query", "Resource": {"Fn::GetAtt": ["Transactions", "Arn"]}}])
        == []
    )


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ({"Action": "s3:PutObject", "Resource": {"Fn::Sub": "${Files.Arn}/*"}}, f"s3:PutObject on {FILES}/*"),
        (
            {"Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Files.Arn}/uploads/*"}},
            f"s3:GetObject on {FILES}/uploads/*",
        ),
        (
            {"Action": "dynamodb:PutItem", "Resource": {"Fn::Sub": "${Transactions.Arn}/index/a"}},
            f"dynamodb:PutItem on {TABLE}/index/a",
        ),
    ],
)
def test_a_role_has_no_more(statement: dict[str, Any], told: str) -> None:
    assert _reported([*STATEMENTS, statement]) == [("Policies[0].PolicyDocument.Statement[3]", told)]


def test_a_role_has_no_less() -> None:
    assert _reported(STATEMENTS[:2]) == [("Policies", f"no right to s3:PutObject on {FILES}/uploads/*")]


def test_rows_of_a_function_that_nobody_declares_are_refused() -> None:
    rows = {**ROWS, "api_handeler": []}
    with pytest.raises(NoPart, match="no function that plays api_handeler"):
        _reported(STATEMENTS, rows)
