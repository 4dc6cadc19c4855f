"""The unit tests of both languages side by side: pytest in this process, Node.js's own beside it.

usage: HALLMARK_GATE=unit python -m hallmark.gates.unit [arguments for pytest]
"""

import re
import subprocess
import sys

import pytest

from hallmark.project import BUILD, ROOT, tool, tool_environment

SUMMARY = re.compile(r"Node\.js|\W (tests|pass) ")
OUTPUT = BUILD / "test-results" / "lambda.txt"


class FunctionTests:
    """The functions' tests, started with the session and waited for at its end, before evidence is written."""

    def pytest_sessionstart(self) -> None:
        OUTPUT.parent.mkdir(parents=True, exist_ok=True)
        with OUTPUT.open("w", encoding="utf-8") as output:
            command = [tool("npm"), "run", "--silent", "test"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=tool_environment(), stdout=output, stderr=subprocess.STDOUT
            )

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
    return int(pytest.main(["tests/unit", *sys.argv[1:]], plugins=[FunctionTests()]))


if __name__ == "__main__":
    sys.exit(main())
