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
