"""A test run leaves evidence, and refuses marks that name no control."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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


def run(folder: Path, suite: str, *options: str, gate: str = "sample") -> tuple[int, str, dict[str, Any]]:
    """Run a suite of its own in a process of its own; return exit code, output and evidence."""
    tests = folder / "tests" / gate
    tests.mkdir(parents=True, exist_ok=True)
    (tests / "test_sample.py").write_text(suite)
    evidence = folder / "evidence"
    code = (
        "import sys, pytest; from pathlib import Path; from hallmark.evidence import recorder;"
        f"recorder.EVIDENCE = Path({str(evidence)!r}); sys.exit(pytest.main(sys.argv[1:]))"
    )
    words = [
        "-p",
        "hallmark.evidence.pytest_plugin",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        str(tests),
        "-q",
        *options,
    ]
    environment = {**os.environ, "HALLMARK_GATE": gate, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True)
    file = evidence / f"{gate}.json"
    return done.returncode, done.stdout + done.stderr, json.loads(file.read_text()) if file.exists() else {}


def test_one_proof_for_each_test_and_control(tmp_path: Path) -> None:
    code, _, evidence = run(tmp_path, SUITE)
    assert (code, evidence["outcome"], evidence["target"]) == (1, "failed", "none")
    told = sorted((p["control"], p["outcome"], p["stage"], p["artifact"]) for p in evidence["proofs"])
    assert told == [
        ("RT_BUS_THREE", "passed", "dev", "tests/sample/test_sample.py::test_good[dev]"),
        ("RT_BUS_THREE", "passed", "prod", "tests/sample/test_sample.py::test_good[prod]"),
        ("RT_NO_LOSS", "passed", "dev", "tests/sample/test_sample.py::test_good[dev]"),
        ("RT_NO_LOSS", "passed", "prod", "tests/sample/test_sample.py::test_good[prod]"),
        ("RT_QUIET", "failed", None, "tests/sample/test_sample.py::test_bad"),
    ]
    assert {p["kind"] for p in evidence["proofs"]} == {"behaviour"}
    assert {p["fidelity"] for p in evidence["proofs"]} == {None}


def test_an_unknown_control_fails_the_run(tmp_path: Path) -> None:
    code, output, evidence = run(tmp_path, SUITE.replace("RT_QUIET", "RT_TYPO"))
    assert code == pytest.ExitCode.USAGE_ERROR
    assert "tests/sample/test_sample.py::test_bad proves RT_TYPO, which no catalogue has" in output
    assert evidence["outcome"] == "failed"


@pytest.mark.parametrize(
    "options",
    [("-k", "good"), ("-m", "control"), ("--deselect", "tests/sample/test_sample.py::test_bad"), ("--collect-only",)],
    ids=lambda options: options[0],
)
def test_some_of_the_tests_leave_the_evidence_as_it_is(tmp_path: Path, options: tuple[str, ...]) -> None:
    _, _, whole = run(tmp_path, SUITE)
    assert whole["outcome"] == "failed"
    _, output, evidence = run(tmp_path, SUITE, *options)
    assert evidence == whole
    assert "not all tests of tests/sample run, so the evidence of sample stays as it is" in output
