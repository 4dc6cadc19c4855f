"""The difference between two bundles: verdicts, findings, controls, tools, waivers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hallmark.bundle.documents import Json
from hallmark.report.standing import LABELS
from hallmark.report.standing import of as standing_of

Keyed = Mapping[tuple[str, ...], str]
# Heading -> how the rows of it are called in JSON.
HEADINGS = {
    "changed": "verdicts that changed",
    "controls_new": "controls that are new",
    "controls_gone": "controls that are gone",
    "findings_new": "findings that are new",
    "findings_gone": "findings that are gone",
    "tools": "versions of tools that changed",
    "waivers_new": "waivers that are new",
    "waivers_ended": "waivers that ended",
}
_ABSENT = "none"


@dataclass(frozen=True)
class Side:
    """One of the two bundles: its manifest, and its reports by their systems."""

    sha256: str
    about: Json
    reports: Mapping[str, Json]


def difference(earlier: Side, later: Side) -> Json:
    """Return what changed from an earlier bundle to a later one, as JSON data; each list is sorted."""
    then, now = _verdicts(earlier), _verdicts(later)
    found = _findings(earlier), _findings(later)
    waived = _waivers(earlier), _waivers(later)
    tools = _tools(earlier), _tools(later)
    return {
        "earlier": _of(earlier),
        "later": _of(later),
        "changed": [
            {"control": key[0], "from": then[key], "to": now[key]}
            for key in sorted(then.keys() & now.keys())
            if then[key] != now[key]
        ],
        "controls_new": [{"control": key[0], "verdict": now[key]} for key in sorted(now.keys() - then.keys())],
        "controls_gone": [{"control": key[0], "verdict": then[key]} for key in sorted(then.keys() - now.keys())],
        "findings_new": [*_only(found[1], found[0])],
        "findings_gone": [*_only(found[0], found[1])],
        "tools": [
            {"gate": key[0], "tool": key[1], "from": tools[0].get(key, _ABSENT), "to": tools[1].get(key, _ABSENT)}
            for key in sorted(tools[0].keys() | tools[1].keys())
            if tools[0].get(key) != tools[1].get(key)
        ],
        "waivers_new": [*_only(waived[1], waived[0])],
        "waivers_ended": [*_only(waived[0], waived[1])],
    }


def lines(found: Json) -> Iterator[str]:
    """Yield a difference as text: a heading with the number for each kind, then a line for each thing."""
    for name, side in (("earlier", found["earlier"]), ("later", found["later"])):
        changes = " with uncommitted changes" if side["uncommitted"] else ""
        yield f"{name}: {side['made']}, revision {side['revision']}{changes}"
    for key, heading in HEADINGS.items():
        yield f"{heading}: {len(found[key])}"
        yield from (f"  {_line(row)}" for row in found[key])


def _line(row: Mapping[str, str]) -> str:
    own = " ".join(value for name, value in row.items() if value and name not in ("from", "to", "verdict", "text"))
    change = f"{row['from']} -> {row['to']}" if "from" in row else row.get("verdict") or row.get("text", "")
    return f"{own}: {change}" if change else own


def _of(side: Side) -> Json:
    return {"sha256": side.sha256, **{name: side.about[name] for name in ("made", "revision", "uncommitted")}}


def _verdicts(side: Side) -> Keyed:
    """Return the verdicts by controls, a proved one with its ground."""
    return {
        (one["id"],): LABELS[standing_of(one["verdict"], one["proved_on"])]
        for report in side.reports.values()
        for one in report["controls"]
    }


def _findings(side: Side) -> dict[tuple[tuple[str, str], ...], Json]:
    """Return the findings by what they are about: not by their wording, nor the line of a file."""
    found: dict[tuple[tuple[str, str], ...], Json] = {}
    for report in side.reports.values():
        for control in report["controls"]:
            for one in control["findings"]:
                about = {"control": control["id"], **{key: one[key] for key in ("artifact", "resource", "path")}}
                found[tuple(about.items())] = {**about, "text": _said(one)}
    return found


def _said(finding: Mapping[str, Any]) -> str:
    if not (finding.get("found") or finding.get("wanted")):
        return str(finding.get("fix") or "")
    return f"found {finding['found']}, wanted {finding['wanted']}"


def _waivers(side: Side) -> dict[tuple[tuple[str, str], ...], Json]:
    found: dict[tuple[tuple[str, str], ...], Json] = {}
    for report in side.reports.values():
        for one in report["waivers"]:
            about = {"tool": one["tool"], "rule": one["rule"], "scope": ", ".join(map(str, one["scope"].values()))}
            found[tuple(about.items())] = {**about, "text": f"{one['reason']} (until {one['expires']}, {one['owner']})"}
    return found


def _tools(side: Side) -> Keyed:
    own: dict[tuple[str, ...], str] = {("hallmark", "hallmark"): str(side.about["judge"]["hallmark"])}
    return own | {(gate, tool): v for gate, tools in side.about["tools"].items() for tool, v in tools.items()}


def _only(mine: Mapping[Any, Json], others: Mapping[Any, Json]) -> Iterator[Json]:
    yield from (mine[key] for key in sorted(mine) if key not in others)
