"""The functions' unit tests, run by Node.js; after a pass, they rerun only when one of their inputs changes.

HALLMARK_NO_CACHE=1, or deleting build/cache, forces a run.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock

from hallmark.build import FUNCTION_TESTS
from hallmark.evidence import changed
from hallmark.evidence.junit_results import RESULTS, SOURCES, newer_source
from hallmark.gates.running.findings_cache import FOLDER, SWITCH
from hallmark.project import NODE_MODULES, ROOT, node, tool_environment

SUMMARY = re.compile(r"Node\.js|\S (tests|pass) \d")
# Node.js repeats the failures in full at the end.
FAILURES = "\N{HEAVY MULTIPLICATION X} failing tests:"


@dataclass
class FunctionTests:
    """The command that runs them, the files that they depend on, their sources, and their results.

    `programs` are also files, but too large to hash each time: size and modification time are used instead.
    """

    command: Sequence[str]
    parts: tuple[Path, ...]
    programs: tuple[Path, ...] = ()
    sources: tuple[Path, ...] = SOURCES
    results: Path = RESULTS
    passed: Path = FOLDER / "function_tests.sha256"
    process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start them, unless they passed with the same inputs. Another run waits until this one has ended."""
        self.results.parent.mkdir(parents=True, exist_ok=True)
        self.lock = FileLock(self.results.with_suffix(".lock"))
        self.lock.acquire()
        self.begun = self._consists_of()
        if not os.environ.get(SWITCH) and self._passed_before():
            return
        for old in (self.passed, self.results):
            old.unlink(missing_ok=True)
        with self._output.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                list(self.command), cwd=ROOT, env=tool_environment(), stdout=output, stderr=subprocess.STDOUT
            )

    def end(self) -> tuple[bool, list[str]]:
        """Wait for them; return whether they passed, and the lines to print: the failures, or everything."""
        passed = self.process is None or self.process.wait() == 0
        lines = self._output.read_text(encoding="utf-8").splitlines()
        # Do not record a pass if a part changed meanwhile.
        if self.process and passed and self._consists_of() == self.begun:
            self.passed.parent.mkdir(parents=True, exist_ok=True)
            self.passed.write_text(self._as_they_are())
        self.lock.release()
        counts = list(filter(SUMMARY.match, lines))
        if passed:
            return True, [*counts, *filter(None, [self.reused()])]
        return False, [*counts, *lines[lines.index(FAILURES) :]] if FAILURES in lines else lines

    def reused(self) -> str:
        """Return since when they have passed with these inputs; empty when they have just run."""
        return "" if self.process else f"the functions' tests unchanged since they passed, {changed(self.results)}"

    @property
    def _output(self) -> Path:
        return self.results.with_suffix(".txt")

    def _passed_before(self) -> bool:
        try:
            return self.passed.read_text() == self._as_they_are() and not newer_source(self.results, self.sources)
        except OSError:
            return False

    def _as_they_are(self) -> str:
        return self._consists_of() + _digest((self.results, self._output))

    def _consists_of(self) -> str:
        marks = [(program.stat().st_size, program.stat().st_mtime_ns) for program in self.programs]
        return _digest(self.parts) + str(marks)


def _digest(files: Sequence[Path]) -> str:
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()


def functions() -> FunctionTests:
    """Return the tests of lambda/ from their bundle, which must exist, with the lock file's Node.js 18."""
    scripts = (ROOT / "lambda" / "test.mjs", ROOT / "lambda" / "node18.mjs")
    bundle = FUNCTION_TESTS.output / "all.test.js"
    node18 = tuple(sorted(NODE_MODULES.glob("node-*/bin/node*")))
    return FunctionTests([node(), str(scripts[0])], (bundle, *scripts, ROOT / "package-lock.json"), node18)
