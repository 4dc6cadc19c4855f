"""Findings are as BatchImportFindings takes them: its model, its lengths, its meaning of each status."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import botocore.loaders
import pytest
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from hallmark.export import asff
from hallmark.export.resources import Known, Resources
from hallmark.export.rows import Row
from hallmark.report.model import Report
from tests.unit.hallmark.export.conftest import ACCOUNT

Json = dict[str, Any]
# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html, and the pages of its objects.
LONGEST = {
    ("Id",): 512,
    ("GeneratorId",): 512,
    ("ProductArn",): 2048,
    ("Title",): 256,
    ("Description",): 1024,
    ("Remediation", "Recommendation", "Text"): 512,
    ("Note", "Text"): 512,
    ("Note", "UpdatedBy"): 512,
    ("Severity", "Original"): 64,
}


@pytest.fixture
def service() -> ServiceModel:
    return ServiceModel(botocore.loaders.Loader().load_service_model("securityhub", "service-2"))


@pytest.fixture
def found(whole: Report, made: list[Row], resources_of: Callable[[Report], Resources]) -> list[Json]:
    return asff.findings(whole, made, resources_of(whole))


def one(found: list[Json], control: str, end: str = "") -> Json:
    (item,) = [item for item in found if item["GeneratorId"].endswith(f"/{control}") and item["Id"].endswith(end)]
    return item


def assert_taken(service: ServiceModel, found: list[Json]) -> None:
    shape = service.operation_model("BatchImportFindings").input_shape
    for request in asff.batches(found):
        assert not ParamValidator().validate(request, shape).has_errors()
        assert 0 < len(request["Findings"]) <= 100
    for item in found:
        assert len(item["AwsAccountId"]) == 12
        assert item["Severity"]["Label"] in service.shape_for("SeverityLabel").enum
        assert item["Compliance"]["Status"] in service.shape_for("ComplianceStatus").enum
        assert item["Workflow"]["Status"] in service.shape_for("WorkflowStatus").enum
        assert len(item["Compliance"].get("RelatedRequirements", ())) <= 32
        assert len(item["ProductFields"]) <= 50
        assert all(len(key) <= 128 and len(value) <= 2048 for key, value in item["ProductFields"].items())
        assert all(len(resource["Id"]) <= 512 for resource in item["Resources"])
        for path, longest in LONGEST.items():
            value: Any = item
            for name in path:
                value = value.get(name, {})
            assert not value or len(value) <= longest, path


def test_security_hub_takes_them(service: ServiceModel, found: list[Json]) -> None:
    assert found
    assert_taken(service, found)


def test_long_texts_are_shortened(
    service: ServiceModel, whole: Report, made: list[Row], resources_of: Callable[[Report], Resources]
) -> None:
    text = "long \u2026 " * 1000
    names = tuple(f"PCI DSS 4.0.1 {number}" for number in range(40))
    about = {"resource": "R" * 600, "title": text, "message": text, "fix": text, "path": text, "evidence": text}
    rows = [replace(row, **about, frameworks=names, known=Known("X", "", "arn:" + "x" * 600)) for row in made]
    assert_taken(service, asff.findings(whole, rows, resources_of(whole)))


def test_ids_are_unique_and_without_time(found: list[Json]) -> None:
    ids = [item["Id"] for item in found]
    assert len(set(ids)) == len(ids)
    assert "hallmark/realtime/dev/RT_FAILED/RuleA" in ids


def test_batches_hold_all_findings(found: list[Json]) -> None:
    many = found * 30
    requests = list(asff.batches(many))
    assert [item for request in requests for item in request["Findings"]] == many
    assert {len(request["Findings"]) for request in requests[:-1]} == {100}


@pytest.mark.parametrize(
    ("name", "end", "status", "workflow", "severity"),
    [
        ("RT_FAILED", "RuleA", "FAILED", "NEW", "HIGH"),
        ("RT_FAILED", "RuleB", "PASSED", "RESOLVED", "INFORMATIONAL"),
        ("RT_WAIVED", "RuleA", "FAILED", "SUPPRESSED", "HIGH"),
        ("RT_UNPROVEN", "", "WARNING", "NEW", "HIGH"),
        ("RT_DEPLOY", "", "NOT_AVAILABLE", "NEW", "HIGH"),
    ],
)
def test_results_become_statuses(
    found: list[Json], name: str, end: str, status: str, workflow: str, severity: str
) -> None:
    item = one(found, name, end)
    assert (item["Compliance"]["Status"], item["Workflow"]["Status"]) == (status, workflow)
    assert item["Severity"]["Label"] == item["FindingProviderFields"]["Severity"]["Label"] == severity
    assert item["Compliance"]["RelatedRequirements"] == ["PCI DSS 4.0.1 10.2.1", "NIST SP 800-53 r5 AU-2"]


def test_a_finding_is_of_the_stages_account_and_names_the_resource_by_its_arn(found: list[Json]) -> None:
    item = one(found, "RT_FAILED", "RuleA")
    assert (item["AwsAccountId"], item["Region"]) == (ACCOUNT, "eu-central-1")
    assert item["ProductArn"] == f"arn:aws:securityhub:eu-central-1:{ACCOUNT}:product/{ACCOUNT}/default"
    (resource,) = item["Resources"]
    assert resource["Id"] == f"arn:aws:events:eu-central-1:{ACCOUNT}:rule/rule-RuleA"


def test_a_waiver_is_a_note_with_owner_and_expiry(found: list[Json]) -> None:
    item = one(found, "RT_WAIVED", "RuleA")
    assert item["Note"]["UpdatedBy"] == "platform engineering"
    assert "2027-01-31" in item["Note"]["Text"]
    assert item["Compliance"]["StatusReasons"][0]["ReasonCode"] == "HALLMARK_WAIVED"


def test_times_are_those_of_the_evidence(found: list[Json]) -> None:
    item = next(item for item in found if item["Id"] == "hallmark/realtime/dev/RT_PROVED/RuleB")
    assert (item["CreatedAt"], item["UpdatedAt"]) == ("2026-11-21T11:00:00Z", "2026-11-21T11:59:00Z")


def test_types_are_those_of_the_format(service: ServiceModel) -> None:
    assert set(asff.TYPES.values()) <= set(service.shape_for("ResourceDetails").members)


def test_a_note_is_a_warning(found: list[Json]) -> None:
    (item,) = [item for item in found if item["ProductFields"]["hallmark/result"] == "note"]
    assert item["Compliance"]["Status"] == "WARNING"
