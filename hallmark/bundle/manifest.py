"""manifest.json of a bundle: what it is about, and the SHA-256 and size of every other file."""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from hallmark.bundle import documents
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.documents import Json

NAME, STATEMENT = "manifest.json", "statement.dsse.json"
FORMAT = "hallmark bundle 1"
UNSIGNED = "unsigned: whoever could write it could have made all of it anew"

# Key -> the type of its value.
KEYS: Mapping[str, TypeAdapter[Any]] = {
    key: TypeAdapter(kind, config=ConfigDict(strict=True))
    for key, kind in {
        "format": str,
        "made": str,
        "revision": str,
        "uncommitted": str | None,
        "systems": list[str],
        "outcomes": dict[str, str],
        "evidence": str,
        "judge": dict[Literal["hallmark", "sha256"], str],
        "tools": dict[str, dict[str, str]],
        "policies": dict[str, str],
        "signature": dict[str, str],
        "files": dict[str, dict[str, str | int]],
    }.items()
}


def sha256(content: bytes | memoryview) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def rows(members: Mapping[str, bytes | memoryview]) -> dict[str, dict[str, Any]]:
    """Return the digest and size of members; those that are about all others are left out."""
    return {
        name: {"sha256": sha256(content), "size": len(content)}
        for name, content in sorted(members.items())
        if name not in (NAME, STATEMENT)
    }


def signature(keyid: str | None, scheme: str | None) -> dict[str, str]:
    """Return what a manifest says of the signature beside it."""
    return {"keyid": keyid, "scheme": scheme or ""} if keyid else {"none": UNSIGNED}


def check(members: Mapping[str, memoryview]) -> Json:
    """Return the manifest; AlteredError for the first member that is not as it says, is too many or missing."""
    for name in (NAME, STATEMENT):
        if name not in members:
            raise AlteredError(name, "it is gone")
    found = documents.read(NAME, members[NAME])
    if found.get("format") != FORMAT:
        raise AlteredError(NAME, f"its format is not {FORMAT!r}: it was changed, or another version made it")
    for key, kind in KEYS.items():
        try:
            kind.validate_python(found[key])
        except (KeyError, ValidationError):
            raise AlteredError(NAME, f"{key!r} is gone or of another type") from None
    if extra := sorted(set(found) - set(KEYS)):
        raise AlteredError(NAME, f"it has {extra[0]!r}, which no manifest has")
    _check_files(found["files"], members)
    reported = sorted(parts[1] for name in members if (parts := name.split("/"))[::2] == ["report", "report.json"])
    if not reported or found["systems"] != reported or sorted(found["outcomes"]) != reported:
        raise AlteredError(NAME, "its systems are not those of the reports beside it")
    return found


def _check_files(said: Mapping[str, Any], members: Mapping[str, memoryview]) -> None:
    there = {name for name in members if name not in (NAME, STATEMENT)}
    for name in sorted(there | set(said)):
        if name not in there:
            raise AlteredError(name, "it is gone, and the manifest lists it")
        if name not in said:
            raise AlteredError(name, "it was added: the manifest does not list it")
    for name, row in rows(members).items():
        if row != said[name]:
            raise AlteredError(name, "its content is not what the manifest says")
