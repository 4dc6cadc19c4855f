"""How long the static gates take together, beside the same tools' plain command lines one after the other.

Twice: cold, with nothing kept of what was judged before, and with templates that cfn-lint and checkov have judged and
functions whose tests have passed. The stacks of both stages are synthesized each time, on either side.

tox must be in PATH and its environments made (run `tox` once).
"""

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("build/cdk.out/*.template.json"))
UNIT, CHECKOV = ROOT / ".tox" / "unit" / "bin", ROOT / ".tox" / "checkov" / "bin"
OURS = ["tox", "-q", "-p", "2", "-e", "build,unit,lint,checkov,cfn-lint,policies"]
CHECKOV_OPTIONS = ["--external-checks-dir", "policies/checks", "--framework", "cloudformation"]
CHECKOV_OPTIONS += ["--skip-download", "--compact", "--quiet", "--soft-fail"]
PLAIN = [
    [str(UNIT / "node"), "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--output", "build/benchmark.out"],
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["pyrefly", "check"],
    [str(UNIT / "npm"), "run", "--silent", "typecheck"],
    ["cfn-lint", "--ignore-checks", "W2531", "--", *TEMPLATES],
    *([str(CHECKOV / "checkov"), "--file", template, *CHECKOV_OPTIONS] for template in TEMPLATES),
    [str(UNIT / "npm"), "run", "--silent", "test"],
    [str(UNIT / "pytest"), "tests/unit", "--quiet"],
]


def spent(commands: list[list[str]], environment: dict[str, str]) -> tuple[float, float]:
    """Wall and processor seconds of the commands one after the other; the benchmark ends at the first that fails."""
    begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def ours(*, cold: bool) -> tuple[float, float]:
    """What `tox -p` spends when the stacks have to be synthesized."""
    (ROOT / "build" / "cdk.out" / ".hallmark-stamp").unlink(missing_ok=True)
    if cold:
        shutil.rmtree(ROOT / "build" / "cache", ignore_errors=True)
    return spent([OURS], dict(os.environ))


def main() -> None:
    """Print each, round by round, and the medians of wall seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=3, help="by default 3")
    rounds: int = parser.parse_args().rounds
    plain = {**os.environ, "PATH": f"{UNIT}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    walls: dict[str, list[float]] = {}
    for _ in range(rounds):
        found = {
            "tox -p, cold": ours(cold=True),
            "tox -p, code and templates unchanged": ours(cold=False),
            "plain command lines": spent(PLAIN, plain),
        }
        for name, (wall, processor) in found.items():
            walls.setdefault(name, []).append(wall)
            print(f"{name}: {wall:.1f} s, {processor:.1f} processor s", flush=True)
    *ours_walls, plain_walls = walls.items()
    for name, times in ours_walls:
        ratios = [one / other for one, other in zip(times, plain_walls[1], strict=True)]
        print(f"{name}: median {statistics.median(times):.1f} s, ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
