"""One control, its proofs and the facts of a run, to be varied by the tests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hallmark.evidence import Evidence, Finding, Mutants, Proof, ToolFinding
from hallmark.report.join import Facts, join
from hallmark.report.model import Asked, Control, Report
from hallmark.waivers import Scope, Waiver, Waivers

TODAY = date(2026, 11, 21)
COMMIT = "a" * 40
TEMPLATES = {"realtime-dev": "d" * 64, "realtime-prod": "e" * 64}
FILES = {stage: f"build/cdk.out/hallmark-realtime-{stage}.template.json" for stage in ("dev", "prod")}
FINDING = Finding("RuleA", "Targets[2].RetryPolicy", "nothing", "a retry policy", "Set RetryPolicy on <the> L1 rule.")


@pytest.fixture
def facts() -> Facts:
    return Facts("realtime", COMMIT, TEMPLATES, frozenset({"dev", "prod"}), "2026-11-21T12:00:00Z", TODAY)


@pytest.fixture
def control() -> Callable[..., Control]:
    def make(name: str = "RT_A", *asked: Asked) -> Control:
        return Control(
            id=name,
            title=f"Title of {name} & more",
            statement="Every `target` <retries>.",
            severity="high",
            why="Events are lost otherwise.",
            fix="Set a retry policy.",
            frameworks={"PCI DSS 4.0.1": ("10.2.1",), "NIST SP 800-53 r5": ("AU-2",)},
            asked=asked or (Asked("template"),),
            file="policies/controls/realtime.yaml",
            line=12,
        )

    return make


@pytest.fixture
def proof() -> Callable[..., Proof]:
    def make(control: str = "RT_A", **given: Any) -> Proof:
        stage = given.get("stage")
        artifact = FILES.get(str(stage), "tests/integration/realtime/test_a.py::test_a")
        base = Proof(control, "template" if stage else "behaviour", "passed", artifact, "f" * 64)
        return replace(base, **given)

    return make


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    def make(*proofs: Proof, **given: Any) -> Evidence:
        failed = any(proof.outcome == "failed" for proof in proofs)
        outcome = "failed" if failed else "passed"
        base = Evidence("policies", outcome, 1.5, "2026-11-21T11:59:00Z", COMMIT, TEMPLATES, proofs=proofs)
        return replace(base, **given)

    return make


@pytest.fixture
def waiver() -> Callable[..., Waiver]:
    def make(**given: Any) -> Waiver:
        base = Waiver(
            rule="RT_A",
            tool="control",
            scope=Scope(resource="RuleA"),
            reason="The <specification> forbids it",
            owner="platform engineering",
            expires=date(2027, 1, 31),
            where="policies/waivers.yaml:9",
        )
        return replace(base, **given)

    return make


@pytest.fixture
def everything(
    facts: Facts,
    control: Callable[..., Control],
    proof: Callable[..., Proof],
    evidence: Callable[..., Evidence],
    waiver: Callable[..., Waiver],
) -> Report:
    """A report with a control of every verdict."""
    needs_aws = "An emulator takes what AWS refuses."
    controls = [
        control("RT_PROVED", Asked("template"), Asked("behaviour")),
        control("RT_FAILED"),
        control("RT_WAIVED"),
        control("RT_UNPROVEN", Asked("behaviour")),
        control("RT_DEPLOY", Asked("behaviour", needs_aws)),
    ]
    passed = [*(proof("RT_PROVED", stage=stage) for stage in FILES), proof("RT_WAIVED", stage="prod")]
    failed = [proof(name, stage="dev", outcome="failed", findings=(FINDING,)) for name in ("RT_FAILED", "RT_WAIVED")]
    waivers = Waivers(
        (waiver(rule="RT_WAIVED"), waiver(rule="W2531", tool="cfn-lint", where="policies/waivers.yaml:2"))
    )
    lint = ToolFinding("cfn-lint", "W2531", "Fn", FILES["dev"], 3, "deprecated", "policies/waivers.yaml:2")
    tests = [proof("RT_PROVED", fidelity="extended", artifact=f"tests/a.py::test_{n}") for n in range(3)]
    gates = [
        evidence(*passed, *failed),
        evidence(*tests, gate="integration", target="embedded", seconds=30.0),
        evidence(gate="cfn-lint", tool_findings=(lint,)),
        evidence(gate="mutants", mutants=Mutants(160, 160)),
    ]
    refused = {"unit": "made before infra/realtime/stack.py was changed"}
    return join(facts, controls, gates, waivers, expected=("policies", "lint"), refused=refused)
