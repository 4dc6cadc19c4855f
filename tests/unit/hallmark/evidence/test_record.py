"""Evidence is written as it is read, in one step, and bound to the state of the checkout."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from hallmark.evidence import (
    Evidence,
    Fault,
    Finding,
    Mutants,
    Note,
    Place,
    Proof,
    PytestCounts,
    ToolFinding,
    manifest,
    read,
    write,
)
from hallmark.evidence.recorder import recorded
from hallmark.gates.running.command import run_gate
from hallmark.revision import revision, template_digests
from infra.errors import UserError

PROOF = asdict(Proof("RT_A", "template", "passed", "a.json", "f" * 64))
FULL = Evidence(
    gate="policies",
    outcome="failed",
    seconds=1.25,
    started="2026-11-21T12:00:00Z",
    commit="a" * 40,
    templates={"realtime-dev": "d" * 64},
    target="embedded",
    proofs=(Proof("RT_A", "template", "failed", "a.json", "f" * 64, "dev", "absent", (Finding("R", "P"),), "why"),),
    tool_findings=(ToolFinding("checkov", "CKV_1", "R", "a.json", 3, "no", None),),
    mutants=Mutants(3, 2, ("one survived",)),
    faults=(Fault("killed", "a retry", 3, 0, 1),),
    inputs={"trunk": "1" * 64},
    artifacts={"b.jsonl": "2" * 64},
    user="someone",
    host="somewhere",
    versions={"python": "3.11"},
    places=(Place("realtime", "dev", "eu-central-1", "000000000000"),),
    commands=("true",),
    tests=PytestCounts(3, 1, 1),
    notes=(Note("Pipe", "AWS::Pipes::Pipe", ("Queue",), "a note"),),
)


def test_read_returns_what_was_written(tmp_path: Path) -> None:
    assert read(write(FULL, tmp_path)) == FULL
    names = {".manifest.lock", "manifest.json", "policies.inputs", "policies.json"}
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_system_has_evidence_of_its_own_beside_the_houses(tmp_path: Path) -> None:
    own, house = replace(FULL, system="realtime", started="2026-11-21T13:00:00Z"), replace(FULL, gate="lint")
    assert write(own, tmp_path) == tmp_path / "realtime" / "policies.json"
    assert write(house, tmp_path) == tmp_path / "lint.json"
    assert write(replace(own, system="other"), tmp_path) == tmp_path / "other" / "policies.json"
    assert manifest.read(tmp_path).gates == (("lint", None), ("policies", "other"), ("policies", "realtime"))


def test_another_systems_evidence_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    file = write(replace(FULL, system="realtime"), tmp_path).rename(tmp_path / "other" / "policies.json")
    with pytest.raises(UserError, match="holds the evidence of gate `policies` of realtime"):
        read(file)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"gate": "policies"}', "[" * 100_000, '{"a":' * 100_000])
def test_no_evidence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policies.json"
    file.write_text(text)
    with pytest.raises(UserError, match="is not a readable evidence file"):
        read(file)


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "fine"},
        {"seconds": 10**400},
        {"seconds": float("nan")},
        {"seconds": "long"},
        {"seconds": -1.0},
        {"started": "yesterday"},
        {"started": None},
        {"user": ["someone"]},
        {"versions": ["3.11"]},
        {"commands": [1]},
        {"tests": {"passed": "3"}},
        {"mutants": {"total": True, "killed": 1, "survivors": []}},
        {"notes": ["a note"]},
        {"places": [{"system": "realtime", "stage": "dev", "region": "x", "account": 1}]},
        {"proofs": [{**PROOF, "fidelity": "perfect"}]},
        {"proofs": [{**PROOF, "kind": "guess"}]},
        {"proofs": [{**PROOF, "more": 1}]},
        {"more": 1},
        {"faults": [{"id": "killed", "seen": "", "accepted": 3, "lost": -1, "duplicates": 0}]},
        {"faults": [{"id": "killed", "seen": "", "accepted": 3, "lost": None, "duplicates": 0}]},
    ],
)
def test_a_value_of_its_own_is_refused(tmp_path: Path, values: dict[str, object]) -> None:
    file = write(FULL, tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))
    with pytest.raises(UserError, match="is not a readable evidence file"):
        read(file)


def test_another_gates_evidence_is_refused(tmp_path: Path) -> None:
    file = write(FULL, tmp_path).rename(tmp_path / "unit.json")
    with pytest.raises(UserError, match="holds the evidence of gate `policies`"):
        read(file)


def test_a_gate_that_breaks_leaves_failed_evidence(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), recorded("unit", folder=tmp_path):
        1 / 0  # noqa: B018
    assert read(tmp_path / "unit.json").outcome == "failed"


@pytest.mark.parametrize(
    ("finding", "mutants", "outcome"),
    [(None, None, "failed"), (None, Mutants(2, 1), "failed"), ("w:1", Mutants(2, 2), "passed"), ("", None, "failed")],
)
def test_a_recorders_outcome(tmp_path: Path, finding: str | None, mutants: Mutants | None, outcome: str) -> None:
    with recorded("gate", folder=tmp_path) as record:
        record.mutants = mutants
        if finding is not None:
            record.tool_findings.append(ToolFinding("checkov", "C", "R", "f", 1, "m", finding or None))
    assert read(tmp_path / "gate.json").outcome == outcome


def test_a_fault_that_lost_something_fails_its_gate(tmp_path: Path) -> None:
    with recorded("gate", folder=tmp_path) as record:
        record.faults.append(Fault("killed", "", 3, 1, 0))
    assert read(tmp_path / "gate.json").outcome == "failed"


def test_a_gate_of_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallmark.evidence.recorder.EVIDENCE", tmp_path)
    assert run_gate("ours", ["true", "--", "sh", "-c", "exit 3", "--", "touch", str(tmp_path / "ran")]) == 3
    assert read(tmp_path / "ours.json").outcome == "failed"
    assert (tmp_path / "ran").exists()
    assert run_gate("ours", ["true", "--", "echo", "two words"]) == 0
    evidence = read(tmp_path / "ours.json")
    assert (evidence.outcome, evidence.commands) == ("passed", ("true", "echo 'two words'"))


@pytest.mark.parametrize("gate", ["lint", "policies", "integration", "mutants", "burst"])
def test_a_command_is_no_gate_that_has_a_program(gate: str) -> None:
    with pytest.raises(UserError, match=f"the gate {gate} has a program of its own: run `tox -e {gate}`"):
        run_gate(gate, ["true"])


@pytest.mark.parametrize("gate", ["manifest", "../ours", "a/b", "", "Ours"])
def test_a_gate_has_a_name_that_its_file_can_have(gate: str) -> None:
    with pytest.raises(UserError, match="cannot be a gate's name"):
        run_gate(gate, ["true"])


def test_gates_that_end_at_once_keep_all_rows(tmp_path: Path) -> None:
    gates = [f"gate-{number}" for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda gate: write(replace(FULL, gate=gate), tmp_path), gates))
    assert {gate for gate, _ in manifest.read(tmp_path).gates} == set(gates)


def test_a_gate_without_a_command() -> None:
    with pytest.raises(UserError, match="name a command"):
        run_gate("ours", [])


def test_revision_changes_with_every_file(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    (tmp_path / "tracked").write_text("1")
    (tmp_path / ".gitignore").write_text("build\n")
    git("add", ".")
    git("commit", "-m", "one")
    clean = revision(tmp_path)
    (tmp_path / "build").write_text("ignored")
    assert revision(tmp_path) == clean
    (tmp_path / "tracked").write_text("2")
    changed = revision(tmp_path)
    (tmp_path / "untracked").write_text("3")
    added = revision(tmp_path)
    assert len({clean, changed, added}) == 3
    assert " dirty:" not in clean
    assert changed.startswith(f"{clean} dirty:")


def _template(folder: Path, name: str, system: str) -> None:
    marks = {"Metadata": {"Hallmark": {"System": system, "Stage": "dev"}}}
    (folder / f"hallmark-{name}.template.json").write_text(json.dumps(marks))


def test_templates_are_named_by_their_stacks_and_a_system_has_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hallmark.revision.NAMES", ("realtime", "far_away"))
    _template(tmp_path, "realtime-dev", "realtime")
    _template(tmp_path, "far-away-dev", "far_away")
    _template(tmp_path, "far-away-network-dev", "far_away")
    _template(tmp_path, "account", "account")
    (tmp_path / "other.template.json").write_text("{}")
    everything = ["account", "far-away-dev", "far-away-network-dev", "realtime-dev", "other"]
    assert list(template_digests(assembly=tmp_path)) == everything
    assert list(template_digests("realtime", tmp_path)) == ["account", "realtime-dev", "other"]
    assert list(template_digests("far_away", tmp_path)) == [*everything[:3], "other"]
    (tmp_path / "bad.template.json").write_text("[]")
    with pytest.raises(UserError, match=r"bad\.template\.json is not a template"):
        template_digests("realtime", tmp_path)


def test_without_git_the_commit_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert revision(tmp_path) == "unknown"
    monkeypatch.setenv("PATH", "")
    assert revision(tmp_path) == "unknown"
