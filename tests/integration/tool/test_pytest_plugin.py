"""A test run leaves evidence, and refuses marks that name no control."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence.keeping import RUNNING
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


# Two systems of which each asks for tests on a stage.
TWO = """
from infra import systems
systems.SYSTEMS = tuple(systems.System(name, code, "eu-central-1", "") for name, code in (("one", "ON"), ("two", "TW")))
systems.NAMES = ("one", "two")
from hallmark.evidence import expected, pytest_plugin
expected.asked_of = lambda system: [expected.Asked("A", "behaviour")]
pytest_plugin.known_controls = lambda: None
"""
ROOM = """
import pytest

@pytest.mark.control("{}")
def test_it(): assert {}
"""


def start(folder: Path, gate: str, before: str, *options: str, **more: str) -> tuple[int, str]:
    """Run the suite of a gate in a process of its own; return exit code and output."""
    code = (
        f"{before}\nimport sys, pytest; from pathlib import Path\n"
        "from hallmark.evidence import recorder, pytest_plugin\n"
        f"recorder.EVIDENCE = pytest_plugin.EVIDENCE = Path({str(folder / 'evidence')!r})\n"
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    plugin = ["-p", "hallmark.evidence.pytest_plugin", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
    tests = str(folder / "tests" / gate)
    words = [*plugin, "-c", os.devnull, "--rootdir", str(folder), tests, "-q", *options]
    outside = {name: value for name, value in os.environ.items() if name not in ("HALLMARK_SYSTEM", *RUNNING)}
    environment = {**outside, "HALLMARK_GATE": gate, "PYTHONPATH": str(ROOT), **more}
    done = subprocess.run([sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def run(folder: Path, suite: str, *options: str, gate: str = "sample") -> tuple[int, str, dict[str, Any]]:
    """Run a suite of its own; return exit code, output and evidence."""
    tests = folder / "tests" / gate
    tests.mkdir(parents=True, exist_ok=True)
    (tests / "test_sample.py").write_text(suite)
    code, output = start(folder, gate, "", *options)
    file = folder / "evidence" / f"{gate}.json"
    return code, output, json.loads(file.read_text()) if file.exists() else {}


def rooms(folder: Path, **suites: str) -> None:
    """Write a suite into a room of the integration tests each."""
    for room, suite in suites.items():
        tests = folder / "tests" / "integration" / room
        tests.mkdir(parents=True)
        (tests / f"test_{room}.py").write_text(suite)


ANYWHERE = """
from pathlib import Path
from hallmark.evidence import stored
stored._inside, stored.concerns = lambda path: True, lambda path, system: False
"""


def outcomes(folder: Path) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Return by system how its integration tests ended, and what they prove."""
    found = {}
    for file in folder.glob("evidence/*/integration.json"):
        evidence = json.loads(file.read_text())
        proofs = sorted((proof["control"], proof["outcome"]) for proof in evidence["proofs"])
        found[evidence["system"]] = (evidence["outcome"], proofs)
    return found


def test_a_failure_in_one_systems_room_is_that_systems(tmp_path: Path) -> None:
    rooms(tmp_path, one=ROOM.format("ON_A", False), two=ROOM.format("TW_A", True), shared=ROOM.format("TW_B", True))
    assert start(tmp_path, "integration", TWO)[0] == 1
    one, two = ("failed", [("ON_A", "failed")]), ("passed", [("TW_A", "passed"), ("TW_B", "passed")])
    assert outcomes(tmp_path) == {"one": one, "two": two}


def test_a_failure_of_the_house_is_every_systems(tmp_path: Path) -> None:
    rooms(tmp_path, one=ROOM.format("ON_A", True), shared=ROOM.format("TW_B", False))
    assert start(tmp_path, "integration", TWO)[0] == 1
    assert outcomes(tmp_path) == {"one": ("failed", [("ON_A", "passed")]), "two": ("failed", [("TW_B", "failed")])}


def test_one_system_by_the_environment_leaves_the_others_rooms_and_evidence(tmp_path: Path) -> None:
    rooms(tmp_path, one=ROOM.format("ON_A", False), two=ROOM.format("TW_A", True), shared=ROOM.format("ON_B", True))
    code, output = start(tmp_path, "integration", TWO, HALLMARK_SYSTEM="two")
    assert (code, outcomes(tmp_path)) == (0, {"two": ("passed", [("TW_A", "passed")])}), output
    assert "1 deselected" in output


def test_a_room_that_cannot_be_read_fails_all(tmp_path: Path) -> None:
    rooms(tmp_path, one="import nothing_of_the_kind", two=ROOM.format("TW_A", True))
    assert start(tmp_path, "integration", TWO)[0] == pytest.ExitCode.INTERRUPTED
    assert {outcome for outcome, _ in outcomes(tmp_path).values()} == {"failed"}


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


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder with the evidence of all its tests, and that evidence."""
    folder = tmp_path_factory.mktemp("whole")
    _, _, evidence = run(folder, SUITE)
    assert evidence["outcome"] == "failed"
    return folder, evidence


@pytest.mark.parametrize(
    "options",
    [
        *(("-k", "good"), ("--deselect", "tests/sample/test_sample.py::test_bad"), ("--lf",)),
        *(("--collect-only",), ("--fixtures",), ("--help",)),
    ],
    ids=lambda options: options[0],
)
def test_some_of_the_tests_leave_the_evidence_as_it_is(
    whole_run: tuple[Path, dict[str, Any]], options: tuple[str, ...]
) -> None:
    folder, whole = whole_run
    _, output, evidence = run(folder, SUITE, *options)
    assert evidence == whole
    assert "not all tests of tests/sample run, so the evidence of sample is unchanged" in output


GOOD = """
import pytest

@pytest.mark.control("RT_QUIET")
def test_good(): pass
"""
IDLE = {
    "skipped": "def test_idle(): pytest.skip('no')",
    "skipped by a mark": "@pytest.mark.skip\ndef test_idle(): pass",
    "expected to fail": "@pytest.mark.xfail\ndef test_idle(): assert False",
    "expected to fail and passing": "@pytest.mark.xfail\ndef test_idle(): pass",
}


def test_every_test_that_passes_is_counted(tmp_path: Path) -> None:
    code, output, evidence = run(tmp_path, GOOD)
    assert (code, evidence["outcome"]) == (0, "passed"), output
    assert (evidence["tests"]["passed"], evidence["user"], evidence["versions"]["python"]) != (0, "", "")
    results = (tmp_path / "test-results" / "sample.jsonl").read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in results] == ["passed"]


@pytest.mark.parametrize("name", IDLE)
def test_a_test_that_shows_nothing_fails_the_gate(tmp_path: Path, name: str) -> None:
    code, output, evidence = run(tmp_path, GOOD + IDLE[name])
    assert (code, evidence["outcome"]) == (1, "failed"), output
    assert (
        "1 tests were skipped, left out or expected to fail, such as tests/sample/test_sample.py::test_idle" in output
    )


def test_a_test_that_a_plugin_leaves_out_fails_the_gate(tmp_path: Path) -> None:
    (tmp_path / "tests" / "sample").mkdir(parents=True)
    (tmp_path / "tests" / "sample" / "conftest.py").write_text(
        "def pytest_collection_modifyitems(config, items):\n    config.hook.pytest_deselected(items=[items.pop()])\n"
    )
    code, output, evidence = run(tmp_path, f"{GOOD}\ndef test_other(): pass")
    assert (code, evidence["outcome"], evidence["tests"]["deselected"]) == (1, "failed", 1), output


def test_no_test_is_no_success(tmp_path: Path) -> None:
    code, _, evidence = run(tmp_path, "")
    assert code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert evidence["outcome"] == "failed"


def test_other_settings_leave_the_evidence_as_it_is(tmp_path: Path) -> None:
    _, output, evidence = run(tmp_path, GOOD, "-o", "addopts=-k good")
    assert evidence == {}
    assert "not all tests of tests/sample run" in output


TRUNK = """
import pytest
from hallmark.evidence.kept_tests import tried_on

def pytest_configure(config):
    config.stash[tried_on] = "one"
"""

ANYWHERE = """
from pathlib import Path
from hallmark.evidence import stored
stored._inside, stored.concerns = lambda path: True, lambda path, system: False
"""


def results(folder: Path, system: str) -> dict[str, str]:
    """Return the results of a system's run by the names of the tests' files."""
    lines = (folder / "test-results" / system / "integration.jsonl").read_text().splitlines()
    return {Path(one["test"].partition("::")[0]).stem: one["outcome"] for one in map(json.loads, lines)}


def again(folder: Path, *options: str, **more: str) -> tuple[int, str]:
    """Run the rooms with two systems, also in workers of pytest-xdist; their files may be outside of a checkout."""
    (folder / "sitecustomize.py").write_text(TWO + ANYWHERE)
    return start(folder, "integration", "", *options, **{"PYTHONPATH": f"{folder}:{ROOT}", **more})


@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_evidence_that_holds_is_kept_and_its_tests_do_not_run(tmp_path: Path, processes: tuple[str, ...]) -> None:
    rooms(tmp_path, one=ROOM.format("ON_A", True), two=ROOM.format("TW_A", True), shared="def test_it(): pass")
    (tmp_path / "tests" / "integration" / "conftest.py").write_text(TRUNK)
    both = tmp_path / "tests" / "integration" / "shared" / "test_both.py"
    both.write_text("# infra.systems.NAMES\ndef test_it(): pass")
    code, output = again(tmp_path, *processes)
    assert code == 0, output
    made = {path: path.read_bytes() for path in (tmp_path / "evidence").glob("*/*.json")}
    assert len(made) == 2

    code, output = again(tmp_path, *processes)
    assert code == 0 and "passed" not in output
    assert [line.split()[1] for line in output.splitlines() if line.startswith("kept: ")] == ["one:", "two:"]
    assert {path: path.read_bytes() for path in made} == made

    (tmp_path / "evidence" / "two" / "integration.mark").unlink()
    code, output = again(tmp_path, *processes)
    assert code == 0 and "2 passed" in output, "the room's test, and the trunk's that looks at all systems"
    assert results(tmp_path, "two") == dict.fromkeys(("test_two", "test_shared", "test_both"), "passed")
    two = json.loads((tmp_path / "evidence" / "two" / "integration.json").read_text())
    assert two["tests"]["passed"] == 3 and two["detail"].startswith("1 tests of the trunk unchanged since ")
    assert [proof["control"] for proof in two["proofs"]] == ["TW_A"]

    (tmp_path / "evidence" / "one" / "integration.mark").unlink()
    code, output = again(tmp_path, *processes)
    assert code == 0 and "3 passed" in output, "the system that the trunk is tried on, and the trunk"


@pytest.mark.parametrize("name", RUNNING)
def test_everything_runs_where_that_is_wanted(tmp_path: Path, name: str) -> None:
    rooms(tmp_path, one=ROOM.format("ON_A", True), two=ROOM.format("TW_A", True))
    again(tmp_path)
    code, output = again(tmp_path, **{name: "1"})
    assert code == 0 and "2 passed" in output and "kept" not in output
