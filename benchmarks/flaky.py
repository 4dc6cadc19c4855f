"""Whether the integration tests are green every time: runs them N times and reports each run's seconds and failures.

Exit code 1 when any run failed.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
RUNS = 20
OWN = "HALLMARK_GATE"  # with it, tests would write a gate's evidence


@dataclass(frozen=True)
class Run:
    """One run: its seconds, how many tests there were, and which failed; `broken` says how pytest ended badly."""

    seconds: float
    tests: int
    failed: tuple[str, ...]
    broken: str = ""

    @property
    def green(self) -> bool:
        """Whether there were tests, and all passed."""
        return self.tests > 0 and not self.failed and not self.broken


def command(arguments: list[str]) -> list[str]:
    """Return the command of `tox -e integration`, with arguments of pytest."""
    tox = RawConfigParser()
    tox.read(ROOT / "tox.ini")
    words = shlex.split(tox["testenv:integration"]["commands"].replace("{posargs}", ""))
    return [sys.executable, "-m", *words, "--quiet", *arguments]


def run(arguments: list[str]) -> Run:
    """Run the integration tests once, in a process of their own."""
    environment = {name: value for name, value in os.environ.items() if name != OWN}
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.xml"
        words = command([f"--junitxml={results}", *arguments])
        begin = time.perf_counter()
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begin
        if not results.is_file():
            return Run(seconds, 0, (), (done.stderr or done.stdout).strip()[-500:] or "pytest said nothing")
        cases = list(ElementTree.parse(results).iter("testcase"))
    failed = [case.attrib["name"] for case in cases if {"failure", "error"} & {child.tag for child in case}]
    broken = "" if done.returncode == bool(failed) else f"pytest ended with exit code {done.returncode}"
    return Run(seconds, len(cases), tuple(failed), broken)


def main() -> None:
    """Run all, print the table, and exit with 1 when one was not green."""
    usage = f"python benchmarks/flaky.py [runs, {RUNS} by default] [arguments of pytest]"
    _, words = argparse.ArgumentParser(usage=usage, description=__doc__).parse_known_args()
    count = int(words.pop(0)) if words and words[0].isdigit() else RUNS
    console = Console()
    runs = [run(words) for _ in track(range(count), "running the integration tests", console=Console(stderr=True))]
    table = Table("run", "seconds", "tests", "failed")
    for number, each in enumerate(runs, 1):
        trouble = each.broken or "\n".join(each.failed) or "none"
        table.add_row(str(number), f"{each.seconds:.1f}", str(each.tests), trouble)
    console.print(table)
    seconds = [each.seconds for each in runs]
    green = sum(each.green for each in runs)
    median, longest = statistics.median(seconds), max(seconds)
    console.print(f"{green} of {count} green; median {median:.1f} s, longest {longest:.1f} s")
    sys.exit(green < count)


if __name__ == "__main__":
    main()
