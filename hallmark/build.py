"""Everything that has to be made before a gate or a stage can run; each step only when its inputs changed."""

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from hallmark.project import BUILD, CLOUD_ASSEMBLY, NODE_MODULES, ROOT, require_checkout, run, tool, tool_environment


@dataclass(frozen=True)
class Step:
    """One step: its inputs (files and folders of the checkout), its output, and the command that makes it."""

    name: str
    inputs: tuple[str, ...]
    output: Path
    make: Callable[[], None]

    @property
    def stamp(self) -> Path:
        return self.output / ".hallmark-inputs"

    def digest(self) -> str:
        """SHA-256 over the names and bytes of all inputs."""
        sha = hashlib.sha256()
        for path in _files(self.inputs):
            sha.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
        return sha.hexdigest()


def _files(inputs: tuple[str, ...]) -> Iterator[Path]:
    for name in inputs:
        path = ROOT / name
        found = path.rglob("*") if path.is_dir() else [path]
        yield from sorted(p for p in found if p.is_file() and "__pycache__" not in p.parts and p.suffix != ".pyc")


def _npm_ci() -> None:
    run([tool("npm"), "ci", "--no-progress", "--loglevel=error"])


def _bundle() -> None:
    shutil.rmtree(BUILD / "lambda", ignore_errors=True)
    run([tool("npm"), "run", "--silent", "bundle"])


def _synthesize() -> None:
    shutil.rmtree(CLOUD_ASSEMBLY, ignore_errors=True)
    # The library's own validation costs twice the synth; cfn-lint and our policies judge the templates.
    run([sys.executable, "-m", "infra.app"], tool_environment({"CDK_VALIDATION": "false"}))


STEPS = (
    Step("install npm packages", ("package.json", "package-lock.json", ".npmrc"), NODE_MODULES, _npm_ci),
    Step("bundle the functions", ("lambda", "package-lock.json", "tsconfig.json"), BUILD / "lambda", _bundle),
    Step("synthesize the stacks", ("infra", "cdk.json", "requirements", "build/lambda"), CLOUD_ASSEMBLY, _synthesize),
)


def build(announce: Callable[[str], None]) -> list[str]:
    """Run the steps whose inputs changed, one process at a time; return their names.

    Raises UserError with a tool's last lines when it fails.
    """
    require_checkout()
    BUILD.mkdir(exist_ok=True)
    made = []
    with FileLock(BUILD / ".lock"):
        for step in STEPS:
            digest = step.digest()
            if step.stamp.is_file() and step.stamp.read_text() == digest:
                continue
            announce(step.name)
            step.make()
            step.stamp.write_text(digest)
            made.append(step.name)
    return made
