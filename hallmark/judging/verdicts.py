"""The verdicts of a catalogue's rows on a template, in all its cases, and what of the template nobody can judge."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from hallmark.judging.catalogue import Ready, Row
from hallmark.judging.macros import hidden_types
from infra.errors import UserError
from policies.engine.cases import Case, cases_of
from policies.engine.catalogue import NoCatalogue
from policies.engine.finding import TEMPLATE, UNRESOLVED, Finding
from policies.engine.template.template import Template
from policies.engine.unreadable import unreadable

_SERVERLESS = "AWS::Serverless-"
_PROCESSED = (
    "Judge what the macro makes: aws cloudformation get-template --template-stage Processed, of a stack or a change set"
)
_NESTED = "Judge the other template by itself, or waive it here."


@dataclass(frozen=True)
class Verdict:
    """A row's verdict on a template: `proved`, `failed`, `not applicable` where nothing of its types is there.

    `not judged` where a macro may make some that the template does not show.
    """

    row: Row
    verdict: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Limit:
    """What of a template cannot be judged, with its place, why, and what to do about it; never a pass."""

    resource: str
    path: str
    type: str
    text: str
    fix: str


@dataclass(frozen=True)
class Judged:
    """The verdicts on a template, its limits, and what was taken for granted of its parameters."""

    verdicts: tuple[Verdict, ...]
    limits: tuple[Limit, ...]
    defaults: Mapping[str, str]


def judge(document: Mapping[str, Any], catalogue: Ready) -> Judged:
    """Return the verdicts of a catalogue on a template; raise UserError for a part that the catalogue lacks."""
    kinds = frozenset[str]().union(*(row.judgement.known for row in catalogue.rows))
    cases = cases_of(document, None if "*" in kinds else kinds)
    bodies: dict[Any, Any] = {}
    templates = [(case, Template(case.document, bodies)) for case in cases.every]
    hidden = hidden_types(document)
    try:
        verdicts = tuple(_verdict(row, templates, hidden) for row in catalogue.rows)
    except NoCatalogue as error:
        raise UserError(f"{catalogue.file}: {error}") from None
    limits = [*_limits(document, templates)]
    if cases.left_out:
        text = f"{cases.left_out} more combinations of its conditions were not judged"
        limits.append(Limit(TEMPLATE, "Conditions", "", text, "Split the template, or judge it by its parts."))
    return Judged(verdicts, tuple(limits), cases.defaults)


def _verdict(row: Row, templates: Iterable[tuple[Case, Template]], hidden: Collection[str] | None) -> Verdict:
    found: dict[tuple[str, str, str], Finding] = {}
    places: set[tuple[str, str]] = set()
    there = False
    for case, template in templates:
        kinds = row.judgement.scope
        if "*" not in kinds and not template.of_type(*kinds):
            continue
        there = True
        for one in row.judgement.findings(template):
            key = (one.resource, one.path, one.found)
            # What is wrong at a place by default is said once.
            if key not in found and not (case.when and (one.resource, one.path) in places):
                when = f"{one.found} (where {case.when})" if case.when else one.found
                found[key] = replace(one, found=when)
        places.update((resource, path) for resource, path, _ in found)
    verdict = "failed" if found else "proved" if there else "not applicable"
    if not found and (hidden is None or row.judgement.scope & set(hidden)):
        verdict = "not judged"
    return Verdict(row, verdict, tuple(found.values()))


def _limits(document: Mapping[str, Any], templates: Iterable[tuple[Case, Template]]) -> Iterator[Limit]:
    said = set()
    for _, template in templates:
        for one in unreadable(template):
            kind = _type_of(document, one.resource)
            # What is the macro's stands resource by resource; it changes no other.
            whole = one.resource == TEMPLATE and one.path == "Transform" and _SERVERLESS in one.found
            if whole or (one.resource, one.path) in said:
                continue
            said.add((one.resource, one.path))
            fix = one.fix or (_NESTED if "::Stack" in kind else _PROCESSED)
            yield Limit(one.resource, one.path, kind, one.found.replace(UNRESOLVED, "it cannot be judged"), fix)


def _type_of(document: Mapping[str, Any], resource: str) -> str:
    raw = document["Resources"].get(resource)
    return str(raw.get("Type", "")) if isinstance(raw, Mapping) else ""


def as_data(judged: Judged) -> dict[str, Any]:
    """Return verdicts as JSON has them."""
    controls = [
        {
            "id": one.row.id,
            "title": one.row.title,
            "severity": one.row.severity,
            "verdict": one.verdict,
            "findings": [asdict(finding) for finding in one.findings],
        }
        for one in judged.verdicts
    ]
    return {"controls": controls, "limits": [asdict(one) for one in judged.limits], "defaults": dict(judged.defaults)}
