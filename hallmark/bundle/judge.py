"""What judges: the version of this package, and one digest of its code."""

import hashlib

import hallmark
from hallmark.project import ROOT

_PACKAGES = ("hallmark", "infra", "policies")


def judge() -> dict[str, str]:
    """Return the version, and the SHA-256 of the listing of the package's Python files, as `sha256sum` prints it."""
    files = sorted(
        path.relative_to(ROOT).as_posix()
        for package in _PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "__pycache__" not in path.parts
    )
    listing = "".join(f"{hashlib.sha256((ROOT / path).read_bytes()).hexdigest()}  {path}\n" for path in files)
    return {"hallmark": hallmark.__version__, "sha256": hashlib.sha256(listing.encode()).hexdigest()}
