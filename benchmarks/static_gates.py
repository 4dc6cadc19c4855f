"""How long the static gates take together, beside the same tools' plain command lines one after the other.

usage: python benchmarks/static_gates.py [rounds], with tox in PATH and its environments made (run `tox` once)
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("build/cdk.out/*.template.json"))
UNIT, CHECKOV = ROOT / ".tox" / "unit" / "bin", ROOT / ".tox" / "checkov" / "bin"
OURS = ["tox", "-q", "-p", "2", "-e", "build,lint,unit,checkov,cfn-lint,policies"]
CHECKOV_OPTIONS = ["--external-checks-dir", "policies/checks", "--framework", "cloudformation"]
CHECKOV_OPTIONS += ["--skip-download", "--compact", "--quiet", "--soft-fail"]
PLAIN = [
    [str(UNIT / "node"), "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--output", "build/benchmark.out"],
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    [str(UNIT / "npm"), "run", "--silent", "typecheck"],
    ["cfn-lint", "--ignore-checks", "W2531", "--", *TEMPLATES],
    *([str(CHECKOV / "checkov"), "--file", template, *CHECKOV_OPTIONS] for template in TEMPLATES),
    [str(UNIT / "npm"), "run", "--silent", "test"],
    [str(UNIT / "pytest"), "tests/unit", "--quiet"],
]


def seconds(commands: list[list[str]], environment: dict[str, str]) -> float:
    """Wall seconds of the commands one after the other; the benchmark ends at the first that fails."""
    begin = time.perf_counter()
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - begin


def main() -> None:
    """Print both, pair by pair; the templates are synthesized in each round on either side."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    plain = {**os.environ, "PATH": f"{UNIT}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    ratios = []
    for _ in range(rounds):
        (ROOT / "build" / "cdk.out" / ".hallmark-stamp").unlink(missing_ok=True)
        ours, theirs = seconds([OURS], dict(os.environ)), seconds(PLAIN, plain)
        ratios.append(ours / theirs)
        print(f"tox -p: {ours:.1f} s, plain command lines: {theirs:.1f} s, ratio {ratios[-1]:.2f}", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
