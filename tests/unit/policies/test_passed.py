"""What a control's policies found nothing wrong with: the resources that they judge, and no others."""

import copy
from typing import Any

import pytest

from hallmark import policies
from hallmark.policies import template_of
from hallmark.synthesized import templates
from policies.engine.finding import TEMPLATE

SYSTEM = "realtime"


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(templates(SYSTEM, "dev")[0].body)


def passed(document: dict[str, Any], control: str) -> dict[str, set[str]]:
    judgement, template = policies.load(SYSTEM)[control], template_of(document, SYSTEM)
    wrong = {finding.resource for finding in judgement.findings(template)}
    return {policy: set(names) for policy, names in judgement.passed(template, None, wrong).items()}


def of_type(document: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one for name, one in document["Resources"].items() if one["Type"] == kind}


def test_all_resources_of_the_scope_pass(document: dict[str, Any]) -> None:
    assert passed(document, "RT_FN_MEMORY") == {"functions/memory": {*of_type(document, "AWS::Lambda::Function")}}


def test_a_policy_of_a_part_passes_that_part_alone(document: dict[str, Any]) -> None:
    (bus,) = [name for name in of_type(document, "AWS::Events::EventBus") if "transaction" in name]
    assert passed(document, "RT_BUS_ARCHIVE") == {"events/bus_archived": {bus}}


def test_a_policy_of_rules_passes_those_of_its_bus(document: dict[str, Any]) -> None:
    rules = passed(document, "RT_RULE_FIVE")["events/rule_patterns"]
    assert len(rules) == 5 < len(of_type(document, "AWS::Events::Rule"))


def test_a_whole_template_passes_as_such(document: dict[str, Any]) -> None:
    assert passed(document, "RT_REGION") == {"environment/region": {TEMPLATE}}


def test_a_resource_with_a_finding_does_not_pass(document: dict[str, Any]) -> None:
    first, *others = of_type(document, "AWS::Lambda::Function")
    document["Resources"][first]["Properties"]["MemorySize"] = 1
    assert passed(document, "RT_FN_MEMORY") == {"functions/memory": {*others}}


def _open_bucket(document: dict[str, Any]) -> None:
    (one,) = of_type(document, "AWS::S3::BucketPolicy").values()
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    one["Properties"]["PolicyDocument"]["Statement"].append(statement)


def test_a_resource_whose_other_half_is_wrong_does_not_pass(document: dict[str, Any]) -> None:
    assert passed(document, "RT_BUCKET_PRIVATE")
    _open_bucket(document)
    assert passed(document, "RT_BUCKET_PRIVATE") == {}


def test_nothing_passes_where_the_template_as_a_whole_is_wrong(document: dict[str, Any]) -> None:
    for name in of_type(document, "AWS::Lambda::Function"):
        del document["Resources"][name]
    assert passed(document, "RT_FN_MEMORY") == {}
