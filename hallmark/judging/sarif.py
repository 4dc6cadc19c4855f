"""The verdicts on templates in SARIF 2.1.0, as code scanning reads it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hallmark.judging.catalogue import LIMIT, Ready, Row
from hallmark.judging.places import Places

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SEVERITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_LEVEL = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_LIMIT = {
    "id": LIMIT,
    "name": LIMIT,
    "shortDescription": {"text": "What cannot be judged from the template"},
    "fullDescription": {"text": "Macros, modules, nested stacks and code of others make it; it is not proved."},
    "help": {"text": "Judge what they make, or waive it with a reason."},
    "defaultConfiguration": {"level": "warning"},
    "properties": {"tags": ["limit"]},
}
Entry = Mapping[str, Any]


def sarif_of(entries: Sequence[Entry], catalogue: Ready) -> str:
    """Return the findings and limits of templates as SARIF; what is waived is suppressed."""
    rules = [*map(_rule, catalogue.rows), _LIMIT]
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    places = Places()
    results = [{**one, "ruleIndex": numbers[one["ruleId"]]} for entry in entries for one in _results(entry, places)]
    run = {
        "tool": {"driver": {"name": "Hallmark", "rules": rules}},
        "automationDetails": {"id": f"hallmark-policy/{catalogue.name}/"},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(row: Row) -> dict[str, Any]:
    page = next((one for one in row.sources if one.startswith("https://")), "")
    tags = [f"{name} {number}" for name, numbers in row.frameworks.items() for number in numbers]
    return {
        "id": row.id,
        "name": row.id,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.statement},
        "help": {"text": "\n\n".join((row.why, f"Fix: {row.fix}", *row.sources))},
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": _LEVEL[row.severity]},
        "properties": {"tags": tags, "security-severity": _SEVERITY[row.severity]},
    }


def _results(entry: Entry, places: Places) -> Iterator[dict[str, Any]]:
    first = entry.get("template") or entry["templates"][0]
    for control in entry["controls"]:
        for one in control["findings"]:
            text = f"{one['resource']} {one['path']}: found {one['found']}; wanted {one['wanted']}. Fix: {one['fix']}"
            yield _result(control["id"], _LEVEL[control["severity"]], text, one, first, places)
    for one in entry["limits"]:
        yield _result(LIMIT, "warning", f"{one['resource']}: {one['text']}. {one['fix']}", one, first, places)


def _result(rule: str, level: str, text: str, one: Entry, first: str, places: Places) -> dict[str, Any]:
    file, name = one.get("template", first), f"{one['resource']}.{one['path']}"
    physical = {
        "artifactLocation": _location(file),
        "region": {"startLine": places.line(file, one["resource"], one["path"])},
    }
    mark = hashlib.sha256(f"{rule} {file} {name}".encode()).hexdigest()
    found: dict[str, Any] = {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [{"name": one["resource"], "fullyQualifiedName": name, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"hallmarkPlace/v1": mark},
    }
    if "waived" in one:
        found["suppressions"] = [{"kind": "external", "justification": one["waived"]["reason"]}]
    return found


def _location(file: str) -> dict[str, str]:
    """Return a file below the working directory as GitHub finds it, any other by its address."""
    path = Path(file).resolve()
    if path.is_relative_to(Path.cwd()):
        return {"uri": quote(path.relative_to(Path.cwd()).as_posix()), "uriBaseId": "%SRCROOT%"}
    return {"uri": path.as_uri()}
