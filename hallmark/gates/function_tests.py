"""The functions' unit tests, which Node.js runs; once passed, they run again when anything they consist of changes.

HALLMARK_NO_CACHE=1, or removing build/cache, has them run in any case.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from hallmark.build import FUNCTION_TESTS
from hallmark.gates.findings_cache import FOLDER, SWITCH
from hallmark.junit_results import RESULTS, SOURCES, newer_source
from hallmark.project import ROOT, tool, tool_environment

SUMMARY = re.compile(r"Node\.js|\S (tests|pass) \d")
UNCHANGED = "unchanged since they passed"


@dataclass
class FunctionTests:
    """The command that runs them, the files that they consist of, the sources of these, and the results they leave."""

    command: Sequence[str]
    parts: tuple[Path, ...]
    sources: tuple[Path, ...] = SOURCES
    results: Path = RESULTS
    passed: Path = FOLDER / "function_tests.sha256"
    process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start them, unless they passed as they are."""
        self.begun = _digest(self.parts)
        if not os.environ.get(SWITCH) and self._passed_before():
            return
        self.passed.unlink(missing_ok=True)
        self._output.parent.mkdir(parents=True, exist_ok=True)
        with self._output.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                list(self.command), cwd=ROOT, env=tool_environment(), stdout=output, stderr=subprocess.STDOUT
            )

    def end(self) -> tuple[bool, list[str]]:
        """Wait for them; return whether they passed, and the lines to tell: all of a failure's."""
        failed = self.process is not None and self.process.wait() != 0
        lines = self._output.read_text(encoding="utf-8").splitlines()
        if failed:
            return False, lines
        told = [line for line in lines if SUMMARY.match(line)]
        if self.process is None:
            return True, [*told, UNCHANGED]
        # A part that was changed meanwhile may have been read before or after.
        if _digest(self.parts) == self.begun:
            self.passed.parent.mkdir(parents=True, exist_ok=True)
            self.passed.write_text(self._as_they_are())
        return True, told

    @property
    def _output(self) -> Path:
        return self.results.with_suffix(".txt")

    def _passed_before(self) -> bool:
        try:
            return self.passed.read_text() == self._as_they_are() and not newer_source(self.results, self.sources)
        except OSError:
            return False

    def _as_they_are(self) -> str:
        return _digest((*self.parts, self.results, self._output))


def _digest(files: Sequence[Path]) -> str:
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()


def functions() -> FunctionTests:
    """Return the tests of lambda/ in their bundle, which must be there, as Node.js 18 of the lock file runs it."""
    scripts = (ROOT / "lambda" / "test.mjs", ROOT / "lambda" / "node18.mjs")
    bundle = FUNCTION_TESTS.output / "all.test.js"
    return FunctionTests([tool("node"), str(scripts[0])], (bundle, *scripts, ROOT / "package-lock.json"))
