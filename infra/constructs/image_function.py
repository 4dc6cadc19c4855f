"""What a function's image is made of, and the tag that names it; importable without the CDK.

An image's context is lambda/, its recipe `lambda/<system>/<function>/Dockerfile`. The tag is the SHA-256 of the recipe
and of every file that it copies, so that equal sources have equal templates on every machine, before any image exists.
"""

import hashlib
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from infra.errors import UserError
from infra.paths import ROOT

# The Python of every image: its version is Lambda's, and its tag moves with Lambda's security updates.
# https://docs.aws.amazon.com/lambda/latest/dg/python-image.html
BASE_IMAGE = "public.ecr.aws/lambda/python:3.11"
CONTEXT = ROOT / "lambda"
_IGNORE = ".dockerignore"
_CONTINUED = re.compile(r"\\\s*\n")


def dockerfile_of(system: str, function: str, context: Path = CONTEXT) -> Path:
    """Return a function's Dockerfile; UserError when it has none."""
    found = context / system / function / "Dockerfile"
    if not found.is_file():
        raise UserError(f"{_label(found)}: missing, a function that runs an image needs one")
    return found


def image_functions(context: Path = CONTEXT) -> list[tuple[str, str]]:
    """Return (system, function) of every function with a Dockerfile."""
    return sorted((file.parent.parent.name, file.parent.name) for file in context.glob("*/*/Dockerfile"))


def repository_purpose(function: str) -> str:
    """Return the purpose in the name of a function's repository."""
    return function.replace("_", "-")


def content_tag(dockerfile: Path, context: Path = CONTEXT) -> str:
    """Return the tag of an image's content: 64 hexadecimal digits over the Dockerfile and what its COPYs take.

    Of a file's mode only whether its owner may execute it: the rest is the checkout's umask.
    """
    sha = hashlib.sha256(dockerfile.read_bytes())
    for file in copied(dockerfile, context):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        mode = "755" if file.stat().st_mode & 0o100 else "644"
        sha.update(f"\n{file.relative_to(context).as_posix()} {mode} {content}".encode())
    return sha.hexdigest()


def copied(dockerfile: Path, context: Path = CONTEXT) -> list[Path]:
    """Return the files of the context that a Dockerfile's COPYs take, each once; UserError for one that is nowhere."""
    ignored = _ignored(context)
    found: set[Path] = set()
    for pattern in _sources(dockerfile):
        paths = [path for path in context.glob(pattern.strip("/"))]
        files = {file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()}
        kept = {file for file in files if not _is_ignored(file.relative_to(context), ignored)}
        if not kept:
            raise UserError(f"{_label(dockerfile)}: COPY {pattern}: lambda/ has no such file")
        found |= kept
    return sorted(found)


def _sources(dockerfile: Path) -> Iterator[str]:
    text = _CONTINUED.sub(" ", dockerfile.read_text(encoding="utf-8"))
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word.upper() in ("COPY", "ADD"):
            *sources, _ = [one for one in rest.split() if not one.startswith("--")]
            yield from sources


def _ignored(context: Path) -> list[str]:
    file = context / _IGNORE
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    for pattern in patterns:
        if not pattern.startswith("**/"):
            raise UserError(f"{_label(file)}: {pattern}: write **/NAME, which ignores a name wherever it is")
    return [pattern.removeprefix("**/") for pattern in patterns]


def _is_ignored(file: Path, ignored: list[str]) -> bool:
    return any(fnmatch(part, pattern) for part in file.parts for pattern in ignored)


def _label(file: Path) -> str:
    return file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else file.as_posix()
