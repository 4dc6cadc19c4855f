"""`hallmark drift` tells what differs, and its exit code tells whether anything does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hallmark.evidence.recorder import Recorder
from hallmark.gates.observed import judge
from hallmark.project import BUILD
from hallmark.stage import Stage
from tests.integration.observe.changes import CHANGES
from tests.support.command import Command

pytestmark = pytest.mark.embedded
LESS_MEMORY = next(change for change in CHANGES if change.name == "a_function_gets_less_memory")


@pytest.fixture
def drifted(stage: Stage) -> Iterator[None]:
    with LESS_MEMORY.make(stage):
        yield


def test_a_fresh_stage(stage: Stage, hallmark: Command) -> None:
    done = hallmark("drift", "--target", "aws")
    assert done.returncode == 0, done.stderr
    first, *unread = done.stdout.splitlines()
    assert first == "no drift: the stage is as declared"
    assert unread[0].startswith("not read: ") and len(unread) > 1


def test_a_changed_stage(drifted: None, hallmark: Command) -> None:
    done = hallmark("drift", "--target", "aws")
    assert done.returncode == 1, done.stderr
    name, *lines = done.stdout.splitlines()
    assert name.startswith("FunctionsnotifierFunction") and name.endswith("  AWS::Lambda::Function")
    assert [line.split() for line in lines[:3]] == [["MemorySize"], ["declared", "512"], ["observed", "256"]]
    assert lines[3].startswith("    RT_FN_MEMORY: Leave MemorySize to the parameter")
    assert lines[4].startswith("  mend: set it back: `aws lambda update-function-configuration")
    assert lines[5] == "1 difference in 1 resource" and lines[6].startswith("not read: ")


def test_a_changed_stage_as_json(stage: Stage, drifted: None, hallmark: Command) -> None:
    done = hallmark("drift", "--target", "aws", "--json")
    answer = json.loads(done.stdout)
    (difference,) = answer["systems"][stage.system]["differences"]
    assert (done.returncode, answer["stage"]) == (1, "dev")
    assert [one["control"] for one in difference["controls"]] == ["RT_FN_MEMORY"] and difference["mend"]
    assert {"what", "reason"} <= answer["unread"][0].keys()
    assert (difference["change"], difference["path"]) == ("changed", "MemorySize")
    assert (difference["declared"], difference["observed"]) == ("512", "256")


def test_a_stage_that_is_not_deployed(stage: Stage, hallmark: Command) -> None:
    for arguments in (["--target", "aws", "--stage", "prod"], []):
        done = hallmark("drift", *arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1 and "run `hallmark up" in done.stderr


def test_a_stage_is_judged_where_it_runs_and_no_evidence_changes(stage: Stage, hallmark: Command) -> None:
    with _unchanged(BUILD / "evidence", BUILD / "observed"):
        done = hallmark("policy", "--target", "aws", "--stage", "dev")
        assert (done.returncode, done.stderr) == (0, "")
        assert "controls proved, 0 failed, 0 findings" in done.stdout
        with LESS_MEMORY.make(stage):
            done = hallmark("policy", "--target", "aws", "--stage", "dev", "--json")
    (judged,) = json.loads(done.stdout)
    assert done.returncode == 1
    assert [one["id"] for one in judged["controls"] if one["findings"]] == ["RT_FN_MEMORY"]


@contextmanager
def _unchanged(*folders: Path) -> Iterator[None]:
    def files() -> dict[Path, float]:
        return {file: file.stat().st_mtime for folder in folders for file in folder.rglob("*")}

    before = files()
    yield
    assert files() == before


def test_the_gate_fails_for_drift_and_for_findings(stage: Stage, drifted: None, tmp_path: Path) -> None:
    record = Recorder()
    judge(stage, record, tmp_path)
    assert record.failed
    failed = [proof for proof in record.proofs if proof.outcome == "failed"]
    assert [(proof.control, proof.kind, proof.stage, proof.fidelity) for proof in failed] == [
        ("RT_FN_MEMORY", "observed", "dev", "native")
    ]
    assert [finding.path for finding in failed[0].findings] == ["MemorySize"]


def test_the_gate_passes_a_fresh_stage(stage: Stage, tmp_path: Path) -> None:
    record = Recorder()
    judge(stage, record, tmp_path)
    assert record.outcome == "passed"
    assert {proof.kind for proof in record.proofs} == {"observed"}
    assert all(proof.fidelity in ("native", "extended") for proof in record.proofs)
