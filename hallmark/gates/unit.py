"""The unit tests of both languages side by side: Node.js's own in a process of their own, pytest in this one.

usage: HALLMARK_GATE=unit python -m hallmark.gates.unit [arguments for pytest]
"""

import gc
import re
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from hallmark.build import build
from hallmark.errors import UserError
from hallmark.project import BUILD, ROOT, tool, tool_environment

SUMMARY = re.compile(r"Node\.js|\S (tests|pass) \d")
OUTPUT = BUILD / "test-results" / "lambda.txt"
# pytest's plugins that no unit test needs, and that take a twentieth of the time: nothing here logs.
UNUSED = ("logging", "hypothesispytest")
FUNCTION_TESTS = Path("lambda") / "test.mjs"


class Beside:
    """What pytest need not wait for: the functions' tests run while it collects, and the templates are made.

    Templates are wanted by the tests, not by their collection; the functions' results by the evidence at the end.
    """

    def pytest_sessionstart(self) -> None:
        OUTPUT.parent.mkdir(parents=True, exist_ok=True)
        with OUTPUT.open("w", encoding="utf-8") as output:
            command = [tool("node"), str(FUNCTION_TESTS)]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=tool_environment(), stdout=output, stderr=subprocess.STDOUT
            )

    def pytest_collection_finish(self) -> None:
        # What was imported stays: no collection of garbage needs to look at it again.
        gc.freeze()
        gc.enable()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        try:
            build(lambda step: print(f"{step} ...", flush=True))
        except UserError as error:
            pytest.exit(f"hallmark: {error}", returncode=2)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        failed = self.process.wait() != 0
        lines = OUTPUT.read_text(encoding="utf-8").splitlines()
        told = lines if failed else [line for line in lines if SUMMARY.match(line)]
        print("", *told, sep="\n")
        if failed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def main() -> int:
    """Run both; return pytest's exit code, or 1 when a test of the functions failed."""
    gc.disable()
    without = [f"-pno:{plugin}" for plugin in UNUSED]
    return int(pytest.main(["tests/unit", *without, *sys.argv[1:]], plugins=[Beside()]))


if __name__ == "__main__":
    sys.exit(main())
