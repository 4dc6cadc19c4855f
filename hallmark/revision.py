"""Which state of the checkout evidence was made on."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

from hallmark.project import CLOUD_ASSEMBLY, ROOT
from infra.errors import UserError


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise UserError(f"{root} is no git checkout: evidence is bound to a commit, so clone the project") from None
    return done.stdout


def revision(root: Path = ROOT) -> str:
    """Return the commit of HEAD, with ` dirty:<sha256>` of the uncommitted changes where there are any."""
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
    """Return a file's bytes; nothing for what went away or is no file."""
    return path.read_bytes() if path.is_file() else b""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def template_files(assembly: Path = CLOUD_ASSEMBLY) -> dict[str, Path]:
    """Return the synthesized templates by what their metadata names them: `realtime-dev`, `account`."""
    found = {}
    for path in sorted(assembly.glob("*.template.json")):
        marks = _marks(path)
        name = "-".join(str(marks[key]) for key in ("System", "Stage") if key in marks)
        # A stage may have several; each but the first goes by its file's name.
        found[name if name and name not in found else path.name.removesuffix(".template.json")] = path
    return found


def _marks(path: Path) -> dict[str, Any]:
    try:
        marks = json.loads(path.read_text(encoding="utf-8")).get("Metadata", {}).get("Hallmark", {})
    except (ValueError, AttributeError):
        raise UserError(f"{path} is no template: run `hallmark build`") from None
    return dict(marks)


def template_digests(assembly: Path = CLOUD_ASSEMBLY) -> dict[str, str]:
    """Return the SHA-256 of every synthesized template, by the template's name."""
    return {name: sha256(path) for name, path in template_files(assembly).items()}
