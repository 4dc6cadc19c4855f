"""Evidence is written as it is read, in one step, and bound to the state of the checkout."""

import json
import subprocess
from pathlib import Path

import pytest

from hallmark.evidence import Evidence, Fault, Finding, Mutants, Proof, ToolFinding, read, read_all, write
from hallmark.evidence.recorder import recorded
from hallmark.gates.running.command import run_gate
from hallmark.revision import revision, template_digests
from infra.errors import UserError

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
)


def test_read_returns_what_was_written(tmp_path: Path) -> None:
    assert read(write(FULL, tmp_path)) == FULL
    assert [path.name for path in tmp_path.iterdir()] == ["policies.json"]
    assert read_all(tmp_path) == [FULL]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"gate": "policies"}'])
def test_no_evidence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policies.json"
    file.write_text(text)
    with pytest.raises(UserError, match="is no evidence: delete it and run its gate again"):
        read(file)


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "fine"},
        {"faults": [{"id": "killed", "seen": "", "accepted": 3, "lost": -1, "duplicates": 0}]},
        {"faults": [{"id": "killed", "seen": "", "accepted": 3, "lost": None, "duplicates": 0}]},
    ],
)
def test_a_value_of_its_own_is_refused(tmp_path: Path, values: dict[str, object]) -> None:
    file = write(FULL, tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))
    with pytest.raises(UserError, match="is no evidence"):
        read(file)


def test_another_gates_evidence_is_refused(tmp_path: Path) -> None:
    file = write(FULL, tmp_path).rename(tmp_path / "unit.json")
    with pytest.raises(UserError, match="holds the evidence of gate `policies`"):
        read(file)


def test_a_gate_that_breaks_leaves_failed_evidence(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), recorded("unit", tmp_path, FULL.commit):
        1 / 0  # noqa: B018
    assert read(tmp_path / "unit.json").outcome == "failed"


@pytest.mark.parametrize(
    ("finding", "mutants", "outcome"),
    [(None, None, "passed"), (None, Mutants(2, 1), "failed"), ("w:1", Mutants(2, 2), "passed"), ("", None, "failed")],
)
def test_a_recorders_outcome(tmp_path: Path, finding: str | None, mutants: Mutants | None, outcome: str) -> None:
    with recorded("gate", tmp_path, FULL.commit) as record:
        record.mutants = mutants
        if finding is not None:
            record.tool_findings.append(ToolFinding("checkov", "C", "R", "f", 1, "m", finding or None))
    assert read(tmp_path / "gate.json").outcome == outcome


def test_a_fault_that_lost_something_fails_its_gate(tmp_path: Path) -> None:
    with recorded("gate", tmp_path, FULL.commit) as record:
        record.faults.append(Fault("killed", "", 3, 1, 0))
    assert read(tmp_path / "gate.json").outcome == "failed"


def test_a_gate_of_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallmark.evidence.recorder.EVIDENCE", tmp_path)
    assert run_gate("lint", ["true", "--", "sh", "-c", "exit 3", "--", "touch", str(tmp_path / "ran")]) == 3
    assert read(tmp_path / "lint.json").outcome == "failed"
    assert (tmp_path / "ran").exists()
    assert run_gate("lint", ["true"]) == 0
    assert read(tmp_path / "lint.json").outcome == "passed"


def test_a_gate_without_a_command() -> None:
    with pytest.raises(UserError, match="name a command"):
        run_gate("lint", [])


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


def test_templates_are_named_by_their_metadata(tmp_path: Path) -> None:
    marks = {"Metadata": {"Hallmark": {"System": "realtime", "Stage": "dev"}}}
    (tmp_path / "x.template.json").write_text(json.dumps(marks))
    (tmp_path / "other.template.json").write_text("{}")
    assert list(template_digests(tmp_path)) == ["other", "realtime-dev"]
