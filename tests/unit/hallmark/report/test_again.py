"""Evidence and its digests may be edited together: what is cheap is judged again, and must say the same."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hallmark import fidelity
from hallmark.evidence import Evidence, Fault, Finding, Mutants, Place, Proof, PytestCounts, ToolFinding, pytest_results
from hallmark.evidence.circumstances import versions
from hallmark.evidence.judged import judged_by_control
from hallmark.evidence.pytest_results import Result
from hallmark.gates.policies import proofs as gate_proofs
from hallmark.mutants.judgement import count
from hallmark.observe.drift import declared
from hallmark.observe.template import marked
from hallmark.report.again import commands as again_commands
from hallmark.report.again import disagreement, judgements, tests
from hallmark.revision import sha256
from hallmark.synthesized import Synthesized, templates
from hallmark.waivers import Scope, Waiver, Waivers

# The smaller one.
SYSTEM = "merchant_upload"
CONTROL = "MU_TAGS"
# One whose stages have several stacks.
SEVERAL = "bank_upload"
# One that is judged on templates and on stages.
BOTH = "MU_NAMES"
Change = Callable[[Evidence], Evidence]


def _evidence(gate: str, *proofs: Proof, **given: Any) -> Evidence:
    base = Evidence(gate, "passed", 1.0, "2025-11-21T12:00:00Z", "a" * 40, {}, system=SYSTEM, proofs=proofs)
    return replace(base, **given)


def _said(evidence: Evidence, waivers: Waivers | None = None) -> str | None:
    return disagreement(evidence, SYSTEM, waivers or Waivers())


def _proofs(found: list[Synthesized], kind: Any) -> list[Proof]:
    return [
        Proof(control, kind, "passed", one.label, sha256(one.path), one.stage, findings=findings, passed=passed)
        for one in found
        for control, (findings, passed) in judged_by_control([one], SYSTEM, kind)[one.label].items()
    ]


@pytest.fixture
def policies() -> Evidence:
    return _evidence("policies", *_proofs(templates(SYSTEM), "template"))


@pytest.fixture
def observed(tmp_path: Path) -> Evidence:
    """Stages that are as they were declared."""
    found: list[Synthesized] = []
    for stage in ("dev", "prod"):
        file = tmp_path / f"merchant-upload-{stage}.template.json"
        file.write_text(json.dumps(marked(declared(SYSTEM, stage), "000000000000")))
        found.append(Synthesized(file))
    proofs = (replace(p, fidelity=fidelity.of_control(p.control, "observed")) for p in _proofs(found, "observed"))
    return _evidence("observed", *proofs, target="embedded")


def _with(number: int, **changes: Any) -> Change:
    def change(evidence: Evidence) -> Evidence:
        proofs = list(evidence.proofs)
        proofs[number] = replace(proofs[number], **changes)
        return replace(evidence, proofs=tuple(proofs))

    return change


def _without(fits: Callable[[Proof], bool]) -> Change:
    return lambda evidence: replace(evidence, proofs=tuple(p for p in evidence.proofs if not fits(p)))


def _added(evidence: Evidence) -> Evidence:
    return replace(evidence, proofs=(*evidence.proofs, replace(evidence.proofs[0], control="MU_TYPO")))


@pytest.mark.parametrize("gate", ["policies", "observed"])
def test_what_is_so_is_not_refused(request: pytest.FixtureRequest, gate: str) -> None:
    assert _said(request.getfixturevalue(gate)) is None


@pytest.mark.parametrize("gate", ["policies", "observed"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_with(0, findings=(Finding("A", "b"),)), "has 0 findings in "),
        (_without(lambda p: p.control == BOTH), f"{BOTH} was not judged on "),
        (_without(lambda p: p.stage == "prod"), "it has no judgement of "),
        (_with(0, control="RT_NAMES"), "RT_NAMES is no control of merchant_upload"),
        (_with(0, stage="prod"), "is of stage prod"),
        (_with(0, passed={"buckets/private": ("Other",)}), "passed other resources of "),
        (_with(0, together_with={"other": "0" * 64}), "was judged with other, and its stage has other templates"),
        (_added, "MU_TYPO is not judged on "),
        (lambda e: replace(e, proofs=(*e.proofs, e.proofs[0])), "it has two judgements of one template by one control"),
        (lambda e: replace(e, proofs=()), "it has no judgement of "),
    ],
)
def test_judgements(request: pytest.FixtureRequest, gate: str, change: Change, said: str) -> None:
    assert said in (_said(change(request.getfixturevalue(gate))) or "")


def test_a_finding_that_was_removed(policies: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that violates a control, and evidence that says that it does not."""
    body = json.loads(templates(SYSTEM, "dev")[0].text)
    for resource in body["Resources"].values():
        resource.get("Properties", {}).pop("Tags", None)
    file = tmp_path / "dev.template.json"
    file.write_text(json.dumps(body))
    proofs = [replace(p, artifact=str(file)) if p.stage == "dev" else p for p in policies.proofs]
    monkeypatch.setattr(judgements, "templates", lambda system: [Synthesized(file), *templates(SYSTEM, "prod")])
    said = _said(replace(policies, proofs=tuple(proofs))) or ""
    assert said.startswith(f"{CONTROL} has ")
    assert said.endswith("and other ones were recorded (0)")


def test_the_templates_of_a_stage_were_judged_together() -> None:
    """A stage of two stacks: each proof names the other template, with its digest."""
    evidence = replace(_evidence("policies", *gate_proofs(templates(SEVERAL, "dev"), SEVERAL)), system=SEVERAL)
    stages = list(judgements._of_stages(evidence.proofs, templates(SEVERAL, "dev")))
    assert stages == []
    first, second = templates(SEVERAL, "dev")
    assert {(one.artifact, *one.together_with) for one in evidence.proofs} == {
        (first.label, second.label),
        (second.label, first.label),
    }
    assert evidence.files == {one.label: sha256(one.path) for one in (first, second)}
    alone = [replace(one, together_with={}) for one in evidence.proofs]
    assert next(judgements._of_stages(alone, templates(SEVERAL, "dev"))).endswith("and its stage has other templates")


def test_drift_that_the_gate_must_have_found(observed: Evidence) -> None:
    file = Path(observed.proofs[0].artifact)
    body = json.loads(file.read_text())
    function = next(name for name, one in body["Resources"].items() if one["Type"] == "AWS::Lambda::Function")
    body["Resources"][function]["Properties"]["Description"] = "changed by hand"
    file.write_text(json.dumps(body))
    assert _said(observed) == f"{file} differs from the templates: {function} Description"
    assert _said(replace(observed, outcome="failed")) is None


def test_a_target_that_its_account_contradicts(observed: Evidence) -> None:
    place = Place(SYSTEM, "dev", "us-east-1", "000000000000")
    assert _said(replace(observed, places=(place,))) is None
    assert _said(replace(observed, places=(place,), target="aws")) == "its target is aws, and its account 000000000000"
    elsewhere = replace(observed, places=(replace(place, account="111122223333"),))
    assert _said(elsewhere) == "its target is embedded, and its account 111122223333"
    assert (_said(replace(observed, target="aws")) or "").endswith("is of account 000000000000")


def test_mutants() -> None:
    total = count(SYSTEM)
    assert _said(_evidence("mutants", mutants=Mutants(total, total))) is None
    fewer = _evidence("mutants", mutants=Mutants(total - 1, total - 1))
    assert _said(fewer) == f"the cards make {total} mutants, and {total - 1} were recorded"
    assert _said(_evidence("mutants", mutants=Mutants(total, total - 1)))
    assert _said(_evidence("mutants", outcome="failed")) is None


@pytest.fixture
def integration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evidence:
    monkeypatch.setattr(tests, "ROOT", tmp_path)
    fault = Fault("killed", "a retry", 3, 0, 0)
    results = [
        Result("tests/a.py::test_a", "passed", ("MU_A", "MU_B")),
        Result("tests/a.py::test_b", "failed", ("MU_A",), fault),
        Result("tests/a.py::test_c", "skipped", ("MU_A",)),
    ]
    file = pytest_results.write(results, "integration", SYSTEM, tmp_path / "build" / "evidence")
    proofs = [
        Proof(name, "behaviour", result.outcome, result.test, "0" * 64)  # pyrefly: ignore
        for result in results[:2]
        for name in result.controls
    ]
    label = file.relative_to(tmp_path).as_posix()
    given = {"faults": (fault,), "tests": PytestCounts(1, 1, 1), "artifacts": {label: sha256(file)}}
    return _evidence("integration", *proofs, **given)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda e: e, None),
        (_with(2, outcome="passed"), "2 of its proofs are not those that its tests reported"),
        (_with(0, control="MU_C"), "2 of its proofs are not those that its tests reported"),
        (_without(lambda p: p.control == "MU_B"), "1 of its proofs are not those that its tests reported"),
        (_without(lambda p: p.outcome == "failed"), "1 of its proofs are not those that its tests reported"),
        (lambda e: replace(e, faults=()), "1 of its faults are not those that its tests reported"),
        (lambda e: replace(e, tests=PytestCounts(3)), "its counts of tests are not those of integration.jsonl"),
        (lambda e: replace(e, artifacts={}), "it does not name the results of its tests"),
    ],
)
def test_results_of_tests(integration: Evidence, change: Change, said: str | None) -> None:
    assert _said(change(integration)) == said


def test_a_waiver_that_does_not_cover_the_finding() -> None:
    template = templates(SYSTEM, "dev")[0]
    name, resource = next(iter(template.body["Resources"].items()))
    finding = ToolFinding("checkov", "CKV_AWS_1", name, template.label, 1, "no", "policies/waivers.yaml:1")
    scope = Scope(resource["Type"], system=SYSTEM)
    waiver = Waiver("CKV_AWS_1", "checkov", scope, "", "", date.max, finding.waived_by or "")
    evidence = _evidence("cfn-lint", tool_findings=(finding,))
    assert _said(evidence, Waivers((waiver,))) is None
    assert _said(evidence) == f"nothing waives CKV_AWS_1 of {name} in {template.label}"


def _of_tests(integration: Evidence, **changes: Any) -> str | None:
    return _said(_with(0, **changes)(integration))


def test_a_test_of_another_kind_or_stage(integration: Evidence) -> None:
    assert _of_tests(integration, kind="template") == "tests/a.py::test_a is no test of kind template"
    assert _of_tests(integration, stage="prod") == "tests/a.py::test_a is no test of stage prod"


@pytest.mark.parametrize("gate", ["policies", "observed"])
def test_another_fidelity_than_that_of_the_table(request: pytest.FixtureRequest, gate: str) -> None:
    said = _said(_with(0, fidelity="absent")(request.getfixturevalue(gate))) or ""
    assert said.startswith("it says absent of MU_") and ", and the table of fidelity " in said


def test_tools_of_other_versions_than_the_locks_name(policies: Evidence) -> None:
    assert _said(replace(policies, versions=versions("policies"))) is None
    assert _said(replace(policies, versions={"unheard-of": "1"})) is None
    said = _said(replace(policies, versions={"ruff": "0.0.1"})) or ""
    assert said.startswith("it was made with ruff 0.0.1, and the locks name ")
    assert "made with node 1.2.3" in (_said(replace(policies, versions={"node": "1.2.3"})) or "")
    assert "made with typescript 1" in (_said(replace(policies, versions={"typescript": "1"})) or "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda e: e, None),
        (_with(0, findings=(Finding("A", "b"),)), "has 0 findings in "),
        (_without(lambda p: p.control == BOTH), f"{BOTH} was not judged on "),
        (_with(0, stage="prod"), "is of stage prod"),
        (lambda e: replace(e, proofs=(*e.proofs, replace(e.proofs[0], artifact="tox.ini"))), "which is no template of"),
    ],
)
def test_our_checks_in_checkov(policies: Evidence, change: Change, said: str | None) -> None:
    found = _said(change(replace(policies, gate="checkov", system=None)))
    assert found is None if said is None else said in (found or "")


@pytest.mark.parametrize("name", ["MU_TAGS", "MU_IAM_LEAST"])
def test_what_the_gate_iam_proves(name: str) -> None:
    """Another control, or that of least privilege by another record, is not its to prove."""
    proof = Proof(name, "behaviour", "passed", "tox.ini", "0" * 64)
    assert (
        _said(_evidence("iam", proof)) == "it proves another control than that of least privilege, or by another record"
    )


def test_data_of_any_form_is_no_crash(tmp_path: Path) -> None:
    for text in ("[]", "null", "[" * 100_000, '{"Resources": [], "Metadata": 1}'):
        file = tmp_path / "x.template.json"
        file.write_text(text)
        proof = Proof(CONTROL, "observed", "passed", str(file), "0" * 64, "dev")
        assert _said(_evidence("observed", proof, target="embedded"))


def test_lint_is_all_of_its_tools() -> None:
    commands = ("ruff check .", "ruff format --check .", "pyrefly check --x", "node node_modules/x/bin/tsc --noEmit")
    assert _said(_evidence("lint", system=None, commands=commands)) is None
    assert _said(_evidence("lint", system=None, commands=("true",))) == "it did not run `ruff check .`"
    assert _said(_evidence("lint", system=None, commands=commands[:3])) == "it did not run `tsc --noEmit`"


def test_the_ledger_of_transactions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again_commands, "ROOT", tmp_path)
    place = Place(SYSTEM, "dev", "us-east-1", "000000000000")
    ledger = {"sent": 3, "accepted": 3, "lost": [], "differences": [], "target": "embedded", "place": asdict(place)}
    file = tmp_path / "a.ledger.json"
    file.write_text(json.dumps(ledger))
    given = {"places": (place,), "target": "embedded", "artifacts": {file.name: ""}}
    base = _evidence("transactions", detail="3 sent, 3 accepted, 0 lost", **given)
    assert _said(base) is None
    assert _said(replace(base, detail="3000 sent, 3000 accepted, 0 lost")) == "it is not what a.ledger.json says"
    file.write_text(json.dumps({**ledger, "accepted": 2, "lost": ["x"]}))
    assert "2 of 3 accepted, 1 lost" in (_said(base) or "")
