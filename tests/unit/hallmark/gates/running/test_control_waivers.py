"""A control's waiver holds in every gate that our policies speak in: the finding is reported, and the gate passes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hallmark import policies, waivers
from hallmark.evidence import Proof
from hallmark.evidence.recorder import Recorder
from hallmark.gates import checkov_stock
from hallmark.gates.policies import proofs, show
from hallmark.gates.running.findings_cache import Judgement
from hallmark.mutants import judgement
from hallmark.mutants.catalogue import Mutant
from hallmark.synthesized import Synthesized
from hallmark.waivers import Scope, Waiver, Waivers
from policies.engine.finding import Finding
from policies.engine.policy import WHOLE, Policy
from policies.engine.template.template import Template

RULE = "RT_FN_RUNTIME"
Waive = Callable[..., None]


@pytest.fixture
def waive(monkeypatch: pytest.MonkeyPatch) -> Waive:
    def make(**scope: str) -> None:
        entry = Waiver(RULE, "control", Scope(**scope), "named", "a role", date(2027, 1, 31), "waivers.yaml:2")
        monkeypatch.setattr(waivers, "load", lambda: Waivers((entry,)))

    return make


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Synthesized:
    """Two functions that the policy objects to."""
    keys = ("resource", "path", "found", "wanted", "fix")
    findings = [dict(zip(keys, (name, "Architectures", "x86_64", "arm64", "Mend it."), strict=True)) for name in "AB"]
    told = [{"id": RULE, "verdict": "failed", "findings": findings}]
    monkeypatch.setattr(policies, "judge", lambda body, system, stage: told)
    file = tmp_path / "x.template.json"
    resources = {name: {"Type": "AWS::Lambda::Function"} for name in "AB"}
    metadata = {"Hallmark": {"System": "realtime", "Stage": "dev"}}
    file.write_text(json.dumps({"Metadata": metadata, "Resources": resources}))
    return Synthesized(file)


def of_policies(template: Synthesized) -> list[Proof]:
    return list(proofs([template], "realtime"))


def of_checkov(template: Synthesized) -> list[Proof]:
    return list(
        checkov_stock.proofs(Judgement(template, {"ours": {RULE: [{"resource": name} for name in "AB"]}}, None))
    )


@pytest.mark.parametrize("judge", [of_policies, of_checkov])
@pytest.mark.parametrize(
    ("scope", "outcome"),
    [
        ({"type": "AWS::Lambda::Function"}, "passed"),
        ({"type": "AWS::Lambda::Function", "stage": "dev"}, "passed"),
        ({"type": "AWS::Lambda::Function", "stage": "prod"}, "failed"),
        ({"resource": "A"}, "failed"),
    ],
)
def test_a_gate_passes_when_every_finding_is_waived(
    template: Synthesized,
    waive: Waive,
    judge: Callable[[Synthesized], list[Proof]],
    scope: dict[str, str],
    outcome: str,
) -> None:
    waive(**scope)
    (proof,) = judge(template)
    assert [finding.resource for finding in proof.findings] == ["A", "B"]
    assert Recorder(proofs=[proof]).outcome == proof.outcome == outcome


def test_what_is_waived_is_told_as_that(
    template: Synthesized, waive: Waive, capsys: pytest.CaptureFixture[str]
) -> None:
    waive(resource="A")
    show("policies", of_policies(template))
    printed, found = capsys.readouterr(), f"{template.label}: {RULE} {{}} Architectures: found x86_64; wanted arm64. "
    assert printed.out.splitlines() == [
        f"{found.format('A')}Waived until 2027-01-31: waivers.yaml:2",
        "policies: 1 judgements, 1 findings, 1 waived",
    ]
    assert printed.err == f"{found.format('B')}Mend it.\n"


class Names(Policy):
    """A policy that objects to every resource without `Good`."""

    scope = WHOLE

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for name, one in template.resources.items():
            if "Good" not in one.properties:
                yield Finding(name, "Good", "missing", "good")


def test_mutants_look_at_what_is_not_waived(waive: Waive) -> None:
    good = {"Type": "AWS::Lambda::Function", "Properties": {"Good": True}}
    document = {"Resources": {"A": {**good, "Properties": {}}, "B": good}}
    edit = Mutant.model_validate({"name": "bad", "on": {"type": good["Type"]}, "delete": "Good", "stages": ["dev"]})
    real = policies.load("realtime")[RULE]
    judge = replace(real, policies=tuple((use, Names()) for use, _ in real.policies[:1]))
    trial = judgement.Trial({"dev": document})
    result = trial.result
    waive(resource="A")
    trial.of_control(judge, [edit])
    assert (result.total, result.killed, result.survivors) == (1, 1, [])
    waive(resource="Other")
    trial.of_control(judge, [edit])
    assert [(survivor.edit.partition(" ")[0], survivor.reported) for survivor in result.survivors] == [
        ("unedited", ("A",)),
        ("bad", ("A", "B")),
    ]
