"""The repository that a checkout comes from: its address without credentials, and the branch."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from hallmark.project import ROOT

# git's short form of an address of ssh: user@host:path. One letter is a drive of Windows.
_SHORT = re.compile(r"(?:[^@/\s]+@)?([\w.-]{2,}):(?!//)([^\s\\]+)")
_HEX = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True)
class Repository:
    """The address, `https://host/path`, and the branch; empty where they are not known."""

    address: str = ""
    branch: str = ""

    def link(self, commit: str, file: str, line: int = 0) -> str:
        """Return the address of a file's line at a commit; empty where the repository is not known.

        Uncommitted changes are not there: the commit's own line is.
        """
        if not self.address:
            return ""
        revision = clean_revision(commit) or "HEAD"
        return f"{self.address}/blob/{revision}/{quote(file)}{f'#L{line}' if line else ''}"


def clean_revision(commit: str) -> str:
    """Return the commit of a state without the mark of its uncommitted changes; empty where it is not known."""
    first = commit.partition(" ")[0]
    return first if _HEX.fullmatch(first) else ""


def without_credentials(remote: str) -> str:
    """Return a remote's address as people open it: no user, password, query or `.git`; empty for a folder."""
    remote = remote.strip()
    if "://" in remote:
        parts = urlsplit(remote)
        try:
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return ""
        if parts.scheme not in ("https", "http", "ssh", "git"):
            return ""
        scheme = "http" if parts.scheme == "http" else "https"
        place = f"{host}:{port}" if port and parts.scheme in ("https", "http") else host
        path = parts.path
    elif found := _SHORT.fullmatch(remote):
        scheme, place, path = "https", found[1], found[2]
    else:
        return ""
    path = path.strip("/").removesuffix(".git").rstrip("/")
    return f"{scheme}://{place}/{quote(path, safe='/%~')}" if place and path else ""


def repository(root: Path = ROOT, environment: Mapping[str, str] = os.environ) -> Repository:
    """Return what GitHub's runner says, else git; nothing where neither knows."""
    server, name = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    branch = environment.get("GITHUB_HEAD_REF") or environment.get("GITHUB_REF_NAME", "")
    if server and name:
        return Repository(without_credentials(f"{server}/{name}"), branch)
    # A checkout without a branch says HEAD.
    current = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
    address = without_credentials(_git(root, "config", "--get", "remote.origin.url"))
    return Repository(address, "" if current == "HEAD" else current)


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
