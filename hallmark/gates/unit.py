"""The unit tests of both languages in parallel: Node.js's in a process, pytest's in this one and two forked ones.

usage: HALLMARK_GATE=unit python -m hallmark.gates.unit [arguments for pytest]
"""

import gc
import sys
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

from hallmark.build import FUNCTION_TESTS, PACKAGES, STEPS, Step, build
from hallmark.gates.running.fork import beside, may_fork
from hallmark.gates.running.function_tests import functions
from hallmark.project import BUILD, ROOT
from hallmark.revision import template_digests
from infra.errors import UserError

# A pytest plugin that no unit test needs, and that takes time.
UNUSED = ("logging",)
TESTS = ROOT / "tests" / "unit"
# The tests that read templates wait for them, in the forked process.
ON_TEMPLATES = (
    *map(str, TESTS.glob("hallmark/systems/*/load")),
    *(
        str(TESTS / name)
        for name in (
            "hallmark/cost",
            "hallmark/observe",
            "hallmark/report/test_accept.py",
            "hallmark/report/test_again.py",
            "hallmark/evidence/test_record.py",
            "hallmark/gates/running/test_control_waivers.py",
            "hallmark/gates/running/test_systems.py",
            "hallmark/gates/test_iam.py",
            "hallmark/test_deploy.py",
            "infra",
            "policies/engine",
            "policies/library",
            "policies/test_card_mutants.py",
            "policies/test_clean_templates.py",
            "policies/test_mutant_engine.py",
            "policies/test_passed.py",
            "policies/test_policy_command.py",
            "policies/test_second_system.py",
            "policies/test_several_templates.py",
            "policies/test_unknown_values.py",
            "policies/test_wrong_forms.py",
            "test_deciding.py",
            "test_readme.py",
            "test_systems.py",
        )
    ),
)
# Python's audit events for reading a file or a folder, and the beginnings of templates' paths.
# https://docs.python.org/3/library/audit_events.html
LOOKS = ("open", "os.scandir", "os.listdir")
ASSEMBLIES = str(BUILD / "cdk.")
Digests = dict[str | None, dict[str, str]]


def _none_as_yet(system: str | None) -> dict[str, str]:
    return {}


class Beside:
    """Work in parallel: the functions' tests, the tests on templates after building these, and all others.

    The first test on templates builds all of them; the functions' results are awaited at the end.
    """

    def __init__(self) -> None:
        self.evidence: Any = None
        self.made = False

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.evidence = session.config.pluginmanager.get_plugin("hallmark-evidence")
        if self.evidence:
            self.evidence.templates = _none_as_yet
        prepare(PACKAGES, FUNCTION_TESTS)
        self.functions = functions()
        self.functions.begin()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=_reads_templates)

    def pytest_collection_finish(self) -> None:
        # Imported modules are never freed: exclude them from garbage collection.
        gc.freeze()
        gc.enable()
        sys.addaudithook(self._watch)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        on_templates = [item for item in session.items if _reads_templates(item)]
        if not on_templates or not may_fork(session.config):
            return (yield)
        session.items[:] = [item for item in session.items if not _reads_templates(item)]
        # Every second file for each process: the files that take long are neighbours.
        files = list(dict.fromkeys(item.path for item in on_templates))
        halves = [[item for item in on_templates if item.path in files[begin::2]] for begin in (0, 1)]
        with ExitStack() as processes:
            for half in filter(None, halves):
                processes.enter_context(beside(session, half, self._make, self._meet))
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            self._make_and_meet()
        passed, lines = self.functions.end()
        print("", *lines, sep="\n")
        if self.evidence:
            for record in self.evidence.records.values():
                record.detail = self.functions.reused()
        if not passed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if _reads_templates(item):
            self._make_and_meet()

    def _watch(self, event: str, arguments: tuple[object, ...]) -> None:
        """Refuse to read files that may be outdated or incomplete."""
        if not self.made and event in LOOKS and str(arguments[0]).startswith(ASSEMBLIES):
            raise AssertionError("the test reads templates: name its file in ON_TEMPLATES of hallmark/gates/unit.py")

    def _make_and_meet(self) -> None:
        if not self.made:
            self._meet(self._make())

    def _make(self) -> Digests:
        """Build the templates; return their digests by the system that evidence is about."""
        self.made = True
        prepare(*STEPS)
        return {system: template_digests(system) for system in (self.evidence.records if self.evidence else ())}

    def _meet(self, templates: Digests) -> None:
        self.made = True
        for system, digests in templates.items():
            self.evidence.records[system].templates = digests


def _reads_templates(item: pytest.Item) -> bool:
    return str(item.path).startswith(ON_TEMPLATES)


def prepare(*steps: Step) -> None:
    """Build what the tests need; print a failure in one line, and exit."""
    try:
        # Print nothing: the running test's output may be captured.
        build(lambda step: None, steps)
    except UserError as error:
        pytest.exit(f"hallmark: {error}", returncode=2)


def main() -> int:
    """Run both; return pytest's exit code, or 1 when a test of the functions failed."""
    gc.disable()
    # Capture in memory: with files, the output of two processes would be mixed.
    options = ["--capture=sys", *(f"-pno:{plugin}" for plugin in UNUSED)]
    return int(pytest.main([str(TESTS), *options, *sys.argv[1:]], plugins=[Beside()]))


if __name__ == "__main__":
    sys.exit(main())
