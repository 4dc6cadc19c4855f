"""The reports of made evidence, and a template for what they name."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hallmark.evidence import Evidence, Finding, Note, Place, Proof, ToolFinding
from hallmark.export.resources import Resources
from hallmark.export.rows import Row, rows
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.synthesized import Synthesized
from hallmark.waivers import Waivers
from tests.unit.hallmark.report import conftest as made_reports
from tests.unit.hallmark.report.conftest import FILES, FINDING

facts, control, proof = made_reports.facts, made_reports.control, made_reports.proof
evidence, waiver, everything = made_reports.evidence, made_reports.waiver, made_reports.everything

ACCOUNT = "123456789012"
PASSED = {"events/target_retry": ("RuleB", "RuleC")}
EVIL = Finding("RuleA", "=1+1", '=HYPERLINK("x")', "@SUM(1)", "-fix", "events/target_retry")


@pytest.fixture
def resources_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Report], Resources]:
    """Return a function that knows the resources of a report's template of stage dev."""
    body = {
        "Metadata": {"Hallmark": {"System": "realtime", "Stage": "dev", "Region": "eu-central-1"}},
        "Resources": {
            name: {"Type": "AWS::Events::Rule", "Properties": {"Name": f"rule-{name}"}} for name in ("RuleA", "RuleB")
        },
    }
    file = tmp_path_factory.mktemp("cdk.out") / "hallmark-realtime-dev.template.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    return lambda report: Resources(report, {FILES["dev"]: Synthesized(file)})


@pytest.fixture
def whole(
    facts: Facts,
    control: Callable[..., Control],
    proof: Callable[..., Proof],
    evidence: Callable[..., Evidence],
    waiver: Callable[..., Any],
) -> Report:
    """A report with every verdict and kind of row, read back from a stage on AWS."""
    controls = [
        control("RT_PROVED", Asked("template"), Asked("observed")),
        control("RT_FAILED"),
        control("RT_WAIVED"),
        control("RT_UNPROVEN", Asked("behaviour")),
        control("RT_DEPLOY", Asked("behaviour", "An emulator takes what AWS refuses.")),
    ]
    both = [proof("RT_PROVED", stage=stage, passed=PASSED) for stage in FILES]
    failed = proof("RT_FAILED", stage="dev", outcome="failed", findings=(EVIL,), passed=PASSED)
    waived = proof("RT_WAIVED", stage="prod", outcome="failed", findings=(FINDING,))
    observed = proof("RT_PROVED", kind="observed", stage="dev", passed={"events/target_retry": ("RuleB",)})
    note = Note("Thing", "Custom::Thing", ("RuleA",), "no policy knows it", FILES["dev"])
    lint = ToolFinding("cfn-lint", "W2531", "RuleA", FILES["dev"], 3, "deprecated", "policies/waivers.yaml:2")
    place = Place("realtime", "dev", "eu-central-1", ACCOUNT)
    gates = [
        evidence(*both, failed, waived, notes=(note,)),
        replace(evidence(*both), gate="checkov"),
        evidence(observed, gate="observed", target="aws", places=(place,), started="2026-11-21T11:00:00Z"),
        evidence(gate="cfn-lint", tool_findings=(lint,)),
    ]
    known = Waivers((waiver(rule="RT_WAIVED"), waiver(rule="W2531", tool="cfn-lint", where="policies/waivers.yaml:2")))
    return join(facts, controls, gates, known, expected=("policies",))


@pytest.fixture
def made(whole: Report, resources_of: Callable[[Report], Resources]) -> list[Row]:
    """The rows of the whole report."""
    return rows(whole, resources_of(whole))
