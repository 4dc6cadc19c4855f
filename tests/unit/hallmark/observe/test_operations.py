"""Every operation that could show something of a stage is asked, needless, or named as not read.

A new version of botocore that adds one fails here, and the message names it.
"""

import ast
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name

from hallmark import unread, yaml_lines
from hallmark.observe.unread import absent_on_emulator
from hallmark.project import ROOT
from hallmark.synthesized import all_templates

NEEDLESS: list[dict[str, Any]] = yaml_lines.read(Path(__file__).with_name("operations.yaml"))
# Services whose resources the stacks have, by the second word of a type; and those that hang something on them.
SERVICES = {
    "ApiGateway": "apigateway",
    "CloudFormation": "cloudformation",
    "CloudWatch": "cloudwatch",
    "DynamoDB": "dynamodb",
    "EC2": "ec2",
    "ECR": "ecr",
    "Events": "events",
    "IAM": "iam",
    "Lambda": "lambda",
    "Logs": "logs",
    "S3": "s3",
    "SNS": "sns",
    "SQS": "sqs",
    "StepFunctions": "stepfunctions",
}
BESIDE = ("apigatewayv2", "application-autoscaling", "pipes", "s3control", "scheduler")
ALL = (*SERVICES.values(), *BESIDE)


@cache
def _operations(service: str) -> frozenset[str]:
    names = boto3.client(service, region_name="us-east-1").meta.service_model.operation_names
    return frozenset(name for name in names if name.startswith(("Get", "List", "Describe")))


@cache
def _words() -> tuple[frozenset[str], ...]:
    """Return the texts that each file has which reads a stage."""
    observe = ROOT / "hallmark" / "observe"
    files = [*(observe / "readers").glob("*.py"), observe / "deployment.py", observe / "surroundings.py"]
    trees = (ast.walk(ast.parse(file.read_text(encoding="utf-8"))) for file in files)
    constants = ([node.value for node in tree if isinstance(node, ast.Constant)] for tree in trees)
    return tuple(frozenset(one for one in found if isinstance(one, str)) for found in constants)


def _asked(service: str) -> set[str]:
    return {name for name in _operations(service) for words in _words() if {service, xform_name(name)} <= words}


def _needless(service: str) -> list[str]:
    return [name for row in NEEDLESS for name in row["operations"].get(service, [])]


def _unread(service: str) -> set[str]:
    named = (one.partition(":") for row in unread.rows() for one in row.operations)
    return {operation for of, _, operation in named if of == service}


def test_every_service_of_the_stacks_is_looked_at() -> None:
    kinds = {one["Type"].split("::")[1] for template in all_templates() for one in template.body["Resources"].values()}
    assert kinds - set(SERVICES) <= {"CDK"}


@pytest.mark.parametrize("service", ALL)
def test_every_operation_is_asked_or_needless_or_named_as_not_read(service: str) -> None:
    known = {*_asked(service), *_needless(service), *_unread(service)}
    assert _operations(service) - known == set(), "ask it in hallmark/observe/readers, or say why not"


@pytest.mark.parametrize("service", ALL)
def test_a_needless_operation_exists_once_and_is_not_asked(service: str) -> None:
    needless = _needless(service)
    assert [name for name, times in Counter(needless).items() if times > 1] == []
    assert set(needless) - _operations(service) == set()
    assert set(needless) & (_asked(service) | _unread(service)) == set()


@pytest.mark.parametrize("service", ALL)
def test_an_operation_that_is_not_read_exists_and_is_asked_where_it_can_be(service: str) -> None:
    for row in unread.rows():
        for of, _, operation in (one.partition(":") for one in row.operations):
            assert of in ALL
            if of == service:
                assert operation in _operations(service)
                assert (operation in _asked(service)) == (row.where == unread.EMBEDDED), operation


def test_every_reason_is_a_sentence_of_its_own() -> None:
    reasons = [row["because"] for row in NEEDLESS]
    assert len(set(reasons)) == len(reasons) and all(reasons)


def test_what_is_not_read_depends_on_the_target() -> None:
    on_aws, embedded = unread.unread("aws"), unread.unread("embedded")
    assert set(on_aws) < set(embedded)
    assert {row.where for row in on_aws} == {unread.EVERYWHERE}
    assert all(row.what and row.reason for row in embedded)
    assert absent_on_emulator("sns", "get_data_protection_policy")
    assert not absent_on_emulator("sns", "get_topic_attributes")
