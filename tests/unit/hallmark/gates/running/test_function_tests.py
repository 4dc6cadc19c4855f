"""The functions' tests run again unless they passed and nothing changed that they consist of."""

import os
from pathlib import Path

import pytest

from hallmark import evidence
from hallmark.gates.running.findings_cache import SWITCH
from hallmark.gates.running.function_tests import FAILURES, FunctionTests

TOLD = ["# tests 2", "# pass 2"]


def printing(words: str) -> list[str]:
    """A command that starts far sooner than Node.js, or Python."""
    return ["sh", "-c", f"echo noise; echo '# tests 2'; echo '# pass 2'; {words}"]


class Bench:
    """A bundle, its source, the program that runs it, and results in a folder."""

    def __init__(self, folder: Path) -> None:
        self.bundle, self.source, self.results = (folder / name for name in ("all.test.js", "a.ts", "lambda.xml"))
        self.passed, self.program = folder / "passed", folder / "node"
        for file in (self.bundle, self.source, self.results, self.program):
            file.write_text(file.name)

    def tests(self, words: str = "") -> FunctionTests:
        sources = (self.source.parent,)
        return FunctionTests(printing(words), (self.bundle,), (self.program,), sources, self.results, self.passed)

    def run(self, words: str = "") -> tuple[bool, list[str]]:
        """Run them; return whether they passed, and what is printed."""
        tests = self.tests(words)
        tests.begin()
        if tests.process:
            assert not self.results.exists()
            self.results.write_text("results")
        return tests.end()

    def told_again(self) -> list[str]:
        return [*TOLD, f"the functions' tests unchanged since they passed, {evidence.changed(self.results)}"]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.delenv(SWITCH, raising=False)
    made = Bench(tmp_path)
    assert made.run() == (True, TOLD)
    return made


def test_what_passed_is_told_again(bench: Bench) -> None:
    assert bench.run() == (True, bench.told_again())
    assert bench.run() == (True, bench.told_again())


@pytest.mark.parametrize("changed", ["bundle", "results", "passed", "program"])
def test_what_changed_runs_again(bench: Bench, changed: str) -> None:
    getattr(bench, changed).write_text("changed")
    assert bench.run() == (True, TOLD)


@pytest.mark.parametrize("missing", ["results", "passed"])
def test_what_is_missing_is_made_again(bench: Bench, missing: str) -> None:
    getattr(bench, missing).unlink()
    assert bench.run() == (True, TOLD)


def test_a_newer_source_has_them_run_again(bench: Bench) -> None:
    newer = bench.results.stat().st_mtime + 1
    os.utime(bench.source, (newer, newer))
    assert bench.run() == (True, TOLD)


def test_the_switch_has_them_run_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "1")
    assert bench.run() == (True, TOLD)


def test_what_failed_is_told_and_not_kept(bench: Bench) -> None:
    bench.bundle.write_text("broken")
    for _ in range(2):
        assert bench.run(f"echo '{FAILURES}'; echo one; exit 1") == (False, [*TOLD, FAILURES, "one"])


def test_of_tests_that_do_not_end_all_is_told(bench: Bench) -> None:
    bench.bundle.write_text("broken")
    assert bench.run("exit 1") == (False, ["noise", *TOLD])


def test_a_bundle_that_changes_meanwhile_is_not_kept(bench: Bench) -> None:
    bench.bundle.write_text("before")
    tests = bench.tests()
    tests.begin()
    bench.results.write_text("results")
    bench.bundle.write_text("after")
    assert tests.end() == (True, TOLD)
    assert bench.run() == (True, TOLD)
