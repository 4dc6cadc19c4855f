"""Cards on a small template: as it is it has no finding, and each mutant exactly its own."""

from typing import Any

import pytest

from hallmark.mutants.catalogue import Mutant, of_card
from hallmark.mutants.edits import Edit, edits
from policies.engine import words
from tests.unit.policies.small import TAGS, found, small

PARAMETERS: dict[str, dict[str, Any]] = {
    "buckets/expiry": {
        "archive_days": 90,
        "archive_classes": ["GLACIER"],
        "minimum_object_size": "varies_by_storage_class",
        "noncurrent_days": 90,
        "unfinished_upload_days": 7,
    },
    "buckets/versioned": {},
    "environment/destroyable": {},
    "environment/names": {"slug": "merchant-upload"},
    "environment/tags": {"tags": TAGS},
    "tables/stream": {"tables": {"transactions": "NEW_AND_OLD_IMAGES"}},
}


def _edits(policy: str) -> list[Edit]:
    meant = {
        **words.of_system("merchant_upload", "merchant-upload", "us-east-1"),
        **words.of_parameters(PARAMETERS[policy]),
    }
    rows = [words.filled(row.model_dump(exclude_none=True), meant) for _, row in of_card(policy)]
    made = [list(edits(Mutant.model_validate(row), small(), "dev")) for row in rows]
    assert all(made), f"{policy}: a mutant that is on nothing"
    return [edit for some in made for edit in some]


@pytest.mark.parametrize("policy", PARAMETERS)
def test_a_good_template_has_no_finding(policy: str) -> None:
    assert found(policy, small(), **PARAMETERS[policy]) == []


@pytest.mark.parametrize(
    ("policy", "edit"),
    [pytest.param(policy, edit, id=f"{policy}: {edit.done}") for policy in PARAMETERS for edit in _edits(policy)],
)
def test_a_mutant_is_reported_exactly(policy: str, edit: Edit) -> None:
    reported = {finding.resource for finding in found(policy, edit.document, **PARAMETERS[policy])}
    assert reported == set(edit.wanted)


@pytest.mark.parametrize(
    ("policy", "name", "path", "value"),
    [
        ("environment/names", "Failed", "QueueName", "sqs-merchant-upload-rows-2-dev.fifo"),
        ("environment/names", "Logs", "LogGroupName", "/aws/vendedlogs/states/sfn-merchant-upload-flow-dev"),
        ("environment/names", "Body", "Name", None),
        (
            "environment/tags",
            "Api",
            "Tags",
            [{"Key": key, "Value": value} for key, value in {"a": "b", **TAGS}.items()],
        ),
        ("environment/destroyable", "Transactions", "DeletionProtectionEnabled", False),
        ("environment/destroyable", "Transactions", "DeletionProtectionEnabled", {"Ref": "AWS::NoValue"}),
        ("environment/destroyable", "Transactions", "TimeToLiveSpecification", {"Enabled": True}),
    ],
)
def test_other_ways_are_fine(policy: str, name: str, path: str, value: Any) -> None:
    document = small()
    document["Resources"][name]["Properties"][path] = value
    assert found(policy, document, **PARAMETERS[policy]) == []


def test_a_member_of_a_cluster_goes_with_it() -> None:
    document = small()
    member = {"DBClusterIdentifier": {"Ref": "Cluster"}}
    document["Resources"]["Member"] = {"Type": "AWS::RDS::DBInstance", "Properties": member}
    assert found("environment/destroyable", document) == []


def test_what_expires_may_be_said_by_several_rules() -> None:
    document = small()
    lifecycle = document["Resources"]["Files"]["Properties"]["LifecycleConfiguration"]
    (rule,) = lifecycle["Rules"]
    lifecycle["Rules"] = [{"Status": "Enabled", key: value} for key, value in rule.items() if key != "Status"]
    assert found("buckets/expiry", document, **PARAMETERS["buckets/expiry"]) == []
