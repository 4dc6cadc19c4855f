"""Build of everything that gates and stages need; each step runs only when its inputs changed.

`python -m hallmark.build` is `hallmark build` without loading the rest of the command.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hallmark.project import (
    BUILD,
    CLOUD_ASSEMBLY,
    NODE_MODULES,
    OPTIONAL_ASSEMBLY,
    PYTHON_RUNTIMES,
    ROOT,
    node,
    require_checkout,
    run,
    tool,
    tool_environment,
)
from infra.dated_lists import refuse_overdue
from infra.errors import UserError


@dataclass(frozen=True)
class Step:
    """One step: the files, folders, patterns and variables it depends on, the folder it fills, and the function.

    `proof` globs the output files that are hashed; a hand edit of one triggers a rebuild.
    """

    name: str
    inputs: tuple[str, ...]
    output: Path
    proof: str
    make: Callable[[], None]
    variables: tuple[str, ...] = ()

    @property
    def stamp(self) -> Path:
        return self.output / ".hallmark-stamp"

    @property
    def current(self) -> bool:
        """Whether the output corresponds to the current inputs."""
        return self.stamp.is_file() and self.stamp.read_text() == self.digest()

    def digest(self) -> str:
        """Return the SHA-256 over the names and bytes of all inputs and of the proof."""
        sha = hashlib.sha256("".join(os.environ.get(name, "") for name in self.variables).encode())
        for path in (*_files(self.inputs), *sorted(self.output.glob(self.proof))):
            sha.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
        return sha.hexdigest()


def _files(inputs: tuple[str, ...]) -> Iterator[Path]:
    for path in (path for name in inputs for path in sorted(ROOT.glob(name))):
        found = path.rglob("*") if path.is_dir() else [path]
        yield from sorted(
            p
            for p in found
            if p.is_file() and p.name != ".hallmark-stamp" and "__pycache__" not in p.parts and p.suffix != ".pyc"
        )


def _npm_ci() -> None:
    run([tool("npm"), "ci", "--no-progress", "--loglevel=error"])


def _bundle() -> None:
    shutil.rmtree(BUILD / "lambda", ignore_errors=True)
    run([tool("npm"), "run", "--silent", "bundle"])
    run([sys.executable, "lambda/bundle_python.py"])
    run([sys.executable, "lambda/archive.py"])


def _build_images() -> None:
    # Imported late: an environment with a single tool needs nothing of it.
    from hallmark.images.step import build_images

    build_images()


def _lay_out_runtimes() -> None:
    run([sys.executable, "lambda/bundle_runtimes.py"])


def _bundle_tests() -> None:
    run([node(), "lambda/bundle_tests.mjs"])


def _synthesize(assembly: Path, app: str = "infra.app", *context: str) -> None:
    shutil.rmtree(assembly, ignore_errors=True)
    # The library's own validation takes twice as long as the synth; cfn-lint and our policies judge the templates. Its
    # run-time checks of argument types are off when Python optimizes; pyrefly has checked them.
    quick = {"CDK_VALIDATION": "false", "PYTHONOPTIMIZE": "1", "JSII_NODE": node()}
    arguments = [word for setting in context for word in ("-c", setting)]
    run([sys.executable, "-m", app, *arguments], tool_environment({"CDK_OUTDIR": str(assembly), **quick}))


PACKAGES = Step(
    name="install npm packages",
    inputs=("package.json", "package-lock.json", ".npmrc"),
    output=NODE_MODULES,
    proof=".package-lock.json",
    make=_npm_ci,
)
FUNCTION_TESTS = Step(
    name="bundle the functions' tests",
    inputs=("lambda", "tests/unit/lambda", "package-lock.json", "tsconfig.json"),
    output=BUILD / "lambda-tests",
    proof="*.js",
    make=_bundle_tests,
)
STEPS = (
    PACKAGES,
    Step(
        name="bundle the functions",
        inputs=("lambda", "requirements/lambda_*.txt", "package-lock.json", "tsconfig.json"),
        output=BUILD / "lambda",
        proof="**/*.[jpz][syi]*",
        make=_bundle,
    ),
    Step(
        name="build the functions' images",
        inputs=("lambda", "infra/images", "infra/constructs/image_function.py", "hallmark/images"),
        output=BUILD / "images",
        proof="*/*/*/index.json",
        make=_build_images,
    ),
    Step(
        name="lay out the Python runtimes",
        inputs=("requirements/runtime_*.txt", "lambda/bundle_runtimes.py", "lambda/bundle_wheels.py"),
        output=PYTHON_RUNTIMES,
        proof="*/boto3/__init__.py",
        make=_lay_out_runtimes,
    ),
    Step(
        name="synthesize the stacks",
        # Templates name images by their sources.
        inputs=("infra", "cdk.json", "requirements", "load/Dockerfile", "build/lambda", "lambda"),
        output=CLOUD_ASSEMBLY,
        proof="*.json",
        make=lambda: _synthesize(CLOUD_ASSEMBLY),
        variables=("CDK_CONTEXT_JSON",),
    ),
    Step(
        name="synthesize the stack that is off by default",
        inputs=("infra/**/*.py", "cdk.json", "requirements", "load/Dockerfile"),
        output=OPTIONAL_ASSEMBLY,
        proof="*.json",
        make=lambda: _synthesize(OPTIONAL_ASSEMBLY, "infra.load.app", "stage=dev", "loadWorkers=1"),
        variables=("CDK_CONTEXT_JSON",),
    ),
)


def announce(step: str) -> None:
    """Print the name of a step that takes a while."""
    print(f"{step} ...", flush=True)


def build(announce: Callable[[str], None] = announce, steps: tuple[Step, ...] = STEPS) -> list[str]:
    """Run the steps whose inputs changed, each in one process at a time; return their names.

    UserError with a tool's last lines when it fails, and, even if nothing changed, for a list past its review.
    """
    # Imported late: an environment with a single tool does not have it.
    from filelock import FileLock

    require_checkout()
    refuse_overdue()
    BUILD.mkdir(exist_ok=True)
    made = []
    for step in steps:
        # A lock for each step, so that a caller of the packages step does not wait for the templates.
        with FileLock(BUILD / f".{step.output.name}.lock"):
            if step.current:
                continue
            announce(step.name)
            step.make()
            step.stamp.write_text(step.digest())
            made.append(step.name)
    return made


def require_current(steps: tuple[Step, ...] = STEPS) -> None:
    """Raise UserError when the output of a step is older than its inputs."""
    for step in steps:
        if not step.current:
            raise UserError(f"{step.output.relative_to(ROOT)} is older than its sources: run `hallmark build`")


if __name__ == "__main__":
    try:
        build()
    except UserError as error:
        print(f"hallmark: {error}", file=sys.stderr)
        sys.exit(2)
