"""The other forms in a bundle beside the joined report: each must have its verdicts."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hallmark.bundle import documents, inside, locks
from hallmark.bundle.altered import AlteredError
from hallmark.report.model import Report

Members = Mapping[str, memoryview]
# Places that every system has, and all of them together.
_OF_A_SYSTEM = ("report.md", "report.sarif", "junit.xml", "index.html")
_EXPORTS = ("findings.csv", "asff.json")
_OF_ALL = (*(f"{inside.REPORT}{name}" for name in ("index.html", "summary.json", "summary.md")), inside.SBOM)
_FRAMEWORKS = tuple(f"{inside.EXPORT}frameworks.{end}" for end in ("csv", "html", "md"))


def check(members: Members, reports: Mapping[str, Report]) -> None:
    """Compare exports, front page and SBOM with reports and locks; AlteredError for the first that disagrees."""
    for name in (*_OF_ALL, *_FRAMEWORKS, *_of_systems(reports)):
        if name not in members:
            raise AlteredError(name, "it is gone")
    summary = f"{inside.REPORT}summary.json"
    for report in reports.values():
        if problem := _problem(summary, members[summary], _summary, report):
            raise AlteredError(summary, problem)
    for system, report in reports.items():
        for ending, verdicts in _FORMS.items():
            name = f"{inside.EXPORT}{system}/{ending}"
            # OSCAL is made where its library is installed.
            if name in members and (problem := _problem(name, members[name], verdicts, report)):
                raise AlteredError(name, problem)
    _sbom(members)


def _of_systems(systems: Iterable[str]) -> Iterator[str]:
    for system in systems:
        yield from (f"{inside.REPORT}{system}/{name}" for name in _OF_A_SYSTEM)
        yield from (f"{inside.EXPORT}{system}/{name}" for name in _EXPORTS)


def _problem(
    name: str, text: memoryview, verdicts: Callable[[str, memoryview, Report], Iterator[str]], report: Report
) -> str:
    try:
        return next(verdicts(name, text, report), "")
    except (LookupError, TypeError, ValueError, AttributeError, csv.Error) as error:
        return f"it cannot be read: {' '.join(str(error).split())}"


def _summary(name: str, text: memoryview, report: Report) -> Iterator[str]:
    said = {one["name"]: one for one in documents.parsed(name, text)["systems"]}
    row, system = said[report.run.system], report.run.system
    if (row["outcome"], row["counts"]) != (report.outcome, report.counts):
        yield f"it has other counts of {system} than its report"


def _with(report: Report, verdict: str) -> set[str]:
    return {item.control.id for item in report.controls if item.verdict == verdict}


def _csv(_: str, text: memoryview, report: Report) -> Iterator[str]:
    rows = list(csv.DictReader(io.StringIO(str(text, "utf-8"), newline="")))
    known = {item.control.id for item in report.controls}
    failed = {row["control"] for row in rows if row["result"] == "failed"} & known
    yield from _unlike(failed, _with(report, "failed"), "failed")
    yield from (f"it has no row of {one}" for one in sorted(known - {row["control"] for row in rows}))
    passed = {row["control"] for row in rows if row["result"] != "passed"} & known
    yield from (f"all its rows of {one} passed" for one in sorted(known - passed - _with(report, "proved")))


def _asff(name: str, text: memoryview, report: Report) -> Iterator[str]:
    found = documents.listed(name, text)
    statuses: dict[str, set[str]] = {}
    for one in found:
        status = "WAIVED" if one["Workflow"]["Status"] == "SUPPRESSED" else one["Compliance"]["Status"]
        statuses.setdefault(one["GeneratorId"].rpartition("/")[2], set()).add(status)
    known = {item.control.id for item in report.controls}
    failed = {control for control, own in statuses.items() if "FAILED" in own} & known
    yield from _unlike(failed, _with(report, "failed"), "failed")
    yield from (f"it has nothing about {one}" for one in sorted(known - set(statuses)))


def _oscal(name: str, text: memoryview, report: Report) -> Iterator[str]:
    results = documents.parsed(name, text)["assessment-results"]["results"]
    said: dict[str, str] = {}
    for one in (finding for result in results for finding in result["findings"]):
        props = {prop["name"]: prop["value"] for prop in one["props"]}
        said[one["title"].partition(" ")[0]] = props["verdict"]
        if (one["target"]["status"]["state"] == "satisfied") != (props["verdict"] == "proved"):
            yield f"it has two verdicts on {one['title'].partition(' ')[0]}"
    for item in report.controls:
        if said.get(item.control.id) != item.verdict:
            yield f"it has another verdict on {item.control.id} than report.json"
    if len(said) != len(report.controls):
        yield "it has findings of other controls"


def _unlike(said: set[str], wanted: set[str], what: str) -> Iterator[str]:
    yield from (f"it says of {one} that it is not {what}" for one in sorted(wanted - said))
    yield from (f"it says of {one} that it is {what}" for one in sorted(said - wanted))


_FORMS: Mapping[str, Callable[[str, memoryview, Report], Iterator[str]]] = {
    "findings.csv": _csv,
    "asff.json": _asff,
    "oscal/assessment-results.json": _oscal,
}


def _sbom(members: Members) -> None:
    """Read the SBOM, and look for all that the locks inside pin."""
    found = documents.parsed(inside.SBOM, members[inside.SBOM])
    if (found.get("bomFormat"), found.get("specVersion")) != ("CycloneDX", "1.6"):
        raise AlteredError(inside.SBOM, "it is no CycloneDX 1.6 any more")
    try:
        said = {one["purl"]: _hashes(one) for one in found["components"]}
        wanted = {pin.purl: set(pin.hashes) for pin in locks.pins(locks_in(members))}
    except (LookupError, TypeError, ValueError, AttributeError):
        raise AlteredError(inside.SBOM, "it cannot be read, or a lock beside it cannot") from None
    for purl in sorted({*said, *wanted}):
        if said.get(purl) != wanted.get(purl):
            raise AlteredError(inside.SBOM, f"it has not what the locks name: {purl}")


def _hashes(component: Mapping[str, Any]) -> set[str]:
    return {f"{one['alg'].replace('-', '').lower()}:{one['content']}" for one in component.get("hashes", ())}


def locks_in(members: Mapping[str, bytes | memoryview]) -> dict[str, str]:
    """Return the texts of the lock files and Dockerfiles in a bundle, by their paths in the checkout."""
    inner = {name.removeprefix(inside.CHECKOUT): content for name, content in members.items()}
    return {path: str(content, "utf-8") for path, content in inner.items() if locks.is_lock(path)}
