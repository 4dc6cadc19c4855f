"""Marks `control(id)` become proofs; what was skipped or unknown does not."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hallmark import fidelity, junit_results, testing
from hallmark.errors import UserError
from hallmark.project import ROOT

SUITE = """
import pytest

@pytest.mark.control("RT_BUS_THREE", "RT_NO_LOSS")
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_good(stage): pass

@pytest.mark.control("RT_AUDIT")
def test_skipped(): pytest.skip("no")

@pytest.mark.control("RT_QUIET")
def test_bad(): assert False

def test_proves_nothing(): pass
"""


def run(folder: Path, suite: str, gate: str = "sample") -> tuple[int, str, dict[str, Any]]:
    """Run a suite of its own in a process of its own; return exit code, output and evidence."""
    (folder / "test_sample.py").write_text(suite)
    evidence = folder / "evidence"
    code = (
        "import sys, pytest; from pathlib import Path; from hallmark.gates import recorder;"
        f"recorder.EVIDENCE = Path({str(evidence)!r}); sys.exit(pytest.main(sys.argv[1:]))"
    )
    words = ["-p", "hallmark.testing", "-c", os.devnull, "--rootdir", str(folder), str(folder), "-q"]
    environment = {**os.environ, "HALLMARK_GATE": gate, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True)
    file = evidence / f"{gate}.json"
    return done.returncode, done.stdout + done.stderr, json.loads(file.read_text()) if file.exists() else {}


def test_one_proof_for_each_test_and_control(tmp_path: Path) -> None:
    code, _, evidence = run(tmp_path, SUITE)
    assert (code, evidence["outcome"], evidence["target"]) == (1, "failed", "none")
    told = sorted((p["control"], p["outcome"], p["stage"], p["artifact"]) for p in evidence["proofs"])
    assert told == [
        ("RT_BUS_THREE", "passed", "dev", "test_sample.py::test_good[dev]"),
        ("RT_BUS_THREE", "passed", "prod", "test_sample.py::test_good[prod]"),
        ("RT_NO_LOSS", "passed", "dev", "test_sample.py::test_good[dev]"),
        ("RT_NO_LOSS", "passed", "prod", "test_sample.py::test_good[prod]"),
        ("RT_QUIET", "failed", None, "test_sample.py::test_bad"),
    ]
    assert {p["kind"] for p in evidence["proofs"]} == {"behaviour"}
    assert {p["fidelity"] for p in evidence["proofs"]} == {None}


def test_an_unknown_control_fails_the_run(tmp_path: Path) -> None:
    code, output, evidence = run(tmp_path, SUITE.replace("RT_QUIET", "RT_TYPO"))
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "test_sample.py::test_bad proves RT_TYPO, which no catalogue has" in output
    assert evidence["outcome"] == "failed"


def test_kinds_by_folder() -> None:
    assert testing.kind_of(ROOT / "tests" / "unit" / "infra" / "test_a.py") == "template"
    assert testing.kind_of(ROOT / "tests" / "unit" / "hallmark" / "test_a.py") == "behaviour"
    assert testing.kind_of(ROOT / "tests" / "integration" / "test_a.py") == "behaviour"
    assert testing.on_a_stage(ROOT / "tests" / "integration" / "realtime" / "test_a.py")
    assert not testing.on_a_stage(ROOT / "tests" / "unit" / "infra" / "test_a.py")


def test_fidelity_is_the_worst_of_the_rows(tmp_path: Path) -> None:
    file = tmp_path / "fidelity.yaml"
    rows = (("native", "[A, B, C]"), ("absent", "[C]"), ("extended", "[B, C]"))
    file.write_text("".join(f"- {{behaviour: x, fidelity: {name}, controls: {ids}}}\n" for name, ids in rows))
    assert [fidelity.of_control(name, file) for name in "ABCD"] == ["native", "extended", "absent", None]


JUNIT = """<?xml version="1.0"?>
<testsuites>
 <testcase name="[RT_NO_PAN] a card is found"/>
 <testcase name="nothing"/>
 <testsuite name="[RT_AUDIT] a group"><testcase name="[RT_QUIET, RT_NO_LOSS] one"><failure/></testcase></testsuite>
 <testcase name="[RT_IDEMPOTENT] later"><skipped/></testcase>
</testsuites>
"""


def test_junit_names(tmp_path: Path) -> None:
    file = tmp_path / "lambda.xml"
    file.write_text(JUNIT)
    told = [(proof.control, proof.outcome) for proof in junit_results.junit_proofs(file, ())]
    assert told == [("RT_NO_PAN", "passed"), ("RT_AUDIT", "failed"), ("RT_NO_LOSS", "failed"), ("RT_QUIET", "failed")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "is missing: run `npm test`"),
        ("<testsuites>", "is no XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><testsuites/>', "declares entities"),
    ],
)
def test_junit_that_cannot_be_used(tmp_path: Path, text: str | None, told: str) -> None:
    file = tmp_path / "lambda.xml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UserError, match=told):
        list(junit_results.junit_proofs(file, ()))


def test_junit_that_is_older_than_its_sources(tmp_path: Path) -> None:
    file, source = tmp_path / "lambda.xml", tmp_path / "source"
    file.write_text(JUNIT)
    source.mkdir()
    (source / "a.ts").write_text("")
    os.utime(file, (1, 1))
    with pytest.raises(UserError, match=r"lambda.xml is older than a.ts: run `npm test` again"):
        list(junit_results.junit_proofs(file, (source,)))
