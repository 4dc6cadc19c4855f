"""The state of the checkout that evidence is bound to."""

import hashlib
import json
import subprocess
from pathlib import Path

from hallmark.project import CLOUD_ASSEMBLY, ROOT
from infra.errors import UserError
from infra.systems import NAMES

UNKNOWN = "unknown"


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout


def revision(root: Path = ROOT) -> str:
    """Return the commit of HEAD, with ` dirty:<sha256>` of the uncommitted changes where there are any.

    `unknown` without git, in a copy that is no checkout, and in one that git does not trust: the inputs decide.
    """
    try:
        return _revision(root)
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN


def _revision(root: Path) -> str:
    head = _git(root, "rev-parse", "HEAD").decode().strip()
    changes = _git(root, "diff", "--binary", "--no-ext-diff", "HEAD")
    untracked = [name for name in _git(root, "ls-files", "-z", "--others", "--exclude-standard").split(b"\0") if name]
    if not changes and not untracked:
        return head
    sha = hashlib.sha256(changes)
    for name in sorted(untracked):
        sha.update(name + b"\0" + _content(root / name.decode()) + b"\0")
    return f"{head} dirty:{sha.hexdigest()}"


def _content(path: Path) -> bytes:
    """Return a file's bytes; empty for a deleted one or one that is not a file."""
    return path.read_bytes() if path.is_file() else b""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def template_files(system: str | None = None, assembly: Path = CLOUD_ASSEMBLY) -> dict[str, Path]:
    """Return the synthesized templates by their stacks' names without `hallmark-`: `account`, `<slug>-<stage>`.

    For a system: its own, and those of no system, such as the account's. UserError for an invalid file.
    """
    paths = sorted(assembly.glob("*.template.json"))
    others = {name for name in NAMES if name != system} if system else set()
    return {_name(path): path for path in paths if not others or _marked_system(path) not in others}


def _name(path: Path) -> str:
    return path.name.removesuffix(".template.json").removeprefix("hallmark-")


def _marked_system(path: Path) -> str | None:
    try:
        mark: str | None = json.loads(path.read_text(encoding="utf-8"))["Metadata"]["Hallmark"]["System"]
    except KeyError:
        return None
    except (ValueError, TypeError):
        raise UserError(f"{path} is not a template: run `hallmark build`") from None
    return mark


def template_digests(system: str | None = None, assembly: Path = CLOUD_ASSEMBLY) -> dict[str, str]:
    """Return the SHA-256 of the synthesized templates, of one system or of all, by the templates' names."""
    return {name: sha256(path) for name, path in template_files(system, assembly).items()}
