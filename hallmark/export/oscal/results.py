"""assessment-results.json: what the gates observed, with digests, and what follows for each control, as OSCAL has it.

https://pages.nist.gov/OSCAL-Reference/models/latest/assessment-results/json-reference/
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time

from hallmark.evidence import Kind
from hallmark.export.oscal.component import sources
from hallmark.export.oscal.ids import (
    Json,
    filled,
    metadata,
    props,
    reference,
    resource,
    several,
    statement_of,
    uuid,
)
from hallmark.export.resources import Resources
from hallmark.export.rows import ended
from hallmark.report import legend
from hallmark.report.model import ControlReport, ProofRow, Report
from hallmark.report.standing import LABELS
from hallmark.waivers import Waiver
from infra.systems import system_of
from policies.engine.finding import TEMPLATE, one_line

# Methods of SP 800-53A: to read what is declared or set, or to make it happen.
_METHODS: Mapping[Kind, str] = {"template": "EXAMINE", "observed": "EXAMINE", "behaviour": "TEST", "load": "TEST"}
_LONGEST = 2000
# The assessment plan: no document of OSCAL, but the catalogue says which proofs each control needs.
_PLAN = "plan"


def assessment_results(report: Report, resources: Resources) -> Json:
    """Return the results of a report."""
    system = report.run.system
    observed = {item.control.id: _observations(report, item) for item in report.controls}
    started = min((gate.started for gate in report.gates if gate.started), default=ended(report))
    taken = min([started, *(row.time for item in report.controls for row in item.proofs)])
    risks = {item.control.id: _risks(system, item, observed[item.control.id]) for item in report.controls}
    result = {
        "uuid": uuid("result", system),
        "title": f"Hallmark on {system}: {report.outcome}",
        "description": _description(report),
        "start": taken,
        "end": ended(report),
        "props": props(
            {"outcome": report.outcome, "manifest-sha256": report.run.manifest, "target": report.run.target}
        ),
        "local-definitions": _definitions(report, resources),
        "reviewed-controls": {"control-selections": [_selection(report)]},
        "observations": [one for own in observed.values() for one in own],
        "risks": [one for own in risks.values() for one in own],
        "findings": [
            _finding(system, item, observed[item.control.id], risks[item.control.id]) for item in report.controls
        ],
    }
    plan = resource(
        _PLAN, "Assessment plan", next((item.control.file for item in report.controls), "policies/controls")
    )
    plan["description"] = "The proofs that each control of the catalogue asks for, made by the gates."
    return {
        "uuid": uuid("assessment-results", system),
        "metadata": metadata(f"Assessment of {system}", ended(report), report.run.commit),
        "import-ap": {"href": reference(_PLAN)},
        "results": [filled(result)],
        "back-matter": {"resources": [plan, *sources(item.control for item in report.controls), *_evidence(report)]},
    }


def _selection(report: Report) -> Json:
    """Return the controls of a report; OSCAL has no selection of none."""
    all_of_none: Json = {}
    if not report.controls:
        return {"description": "The catalogue has no control.", "include-all": all_of_none}
    return {"include-controls": [{"control-id": item.control.id} for item in report.controls]}


def _description(report: Report) -> str:
    lines = [f"{report.scope}.", *report.problems]
    return "\n\n".join(line for line in lines if line)


def _evidence(report: Report) -> Iterator[Json]:
    """Yield each artifact once, with its digest."""
    files = {(_file(row), row.sha256): row for item in report.controls for row in item.proofs}
    for file, digest in files:
        yield resource(f"{file} {digest}", one_line(file, 200), file, digest)


def _file(row: ProofRow) -> str:
    return row.artifact.partition("::")[0]


def _definitions(report: Report, resources: Resources) -> Json:
    system = report.run.system
    component = {
        "uuid": uuid("component", system),
        "type": "this-system",
        "title": f"hallmark {system}",
        "description": f"The system {system}: {system_of(system).about}.",
        "status": {"state": "operational"},
    }
    gates = [
        {
            "uuid": _gate(system, gate.name),
            "type": "validation",
            "title": f"Gate {gate.name}",
            "description": f"{gate.name}: {gate.outcome}. {gate.detail}".strip(),
            "props": [
                *props(
                    {"outcome": gate.outcome, "target": gate.target, "commit": gate.commit, "started": gate.started}
                ),
                *several("tool", {f"{name} {version}": "" for name, version in gate.versions.items()}),
                *several("place", {f"{p.stage} in {p.region}, account {p.account}": "" for p in gate.places}),
            ],
            "status": {"state": "operational"},
        }
        for gate in report.gates
    ]
    platform = {
        "uuid": uuid("platform", system),
        "title": "Hallmark's gates",
        "uses-components": [{"component-uuid": gate["uuid"]} for gate in gates],
    }
    assets = {"components": gates, "assessment-platforms": [filled(platform)]}
    return filled(
        {
            "components": [component],
            "inventory-items": _inventory(report, resources),
            **({"assessment-assets": assets} if gates else {}),
        }
    )


def _inventory(report: Report, resources: Resources) -> list[Json]:
    """Return the resources that proofs are about, each stage's once."""
    found: dict[str, Json] = {}
    for row in (row for item in report.controls for row in item.proofs):
        for name in _named(row):
            known, key = resources.of(row.artifact, name), _item(report.run.system, row, name)
            facts = {"stage": row.stage, "type": known.type, "physical-name": known.name, "arn": known.arn}
            about = {"uuid": key, "description": f"{known.type or 'Resource'} {name}", "props": props(facts)}
            if key not in found or known.arn:
                found[key] = filled(about)
    return list(found.values())


def _named(row: ProofRow) -> list[str]:
    """Return the resources that a proof names, those with findings first."""
    names = [finding.resource for finding in row.findings]
    return [one for one in dict.fromkeys([*names, *(n for own in row.passed.values() for n in own)]) if one != TEMPLATE]


def _item(system: str, row: ProofRow, name: str) -> str:
    return uuid("resource of", system, row.stage or "", name)


def _gate(system: str, name: str) -> str:
    return uuid("gate", system, name)


def _observations(report: Report, item: ControlReport) -> list[Json]:
    """Return an observation for each proof; tests of one file with the same result are one."""
    groups: dict[tuple[str, ...], list[ProofRow]] = {}
    for row in item.proofs:
        whole = row.artifact if row.findings or row.passed else _file(row)
        about = (row.gate, row.kind, whole, row.sha256, row.stage or "", row.target, row.fidelity or "", row.outcome)
        groups.setdefault(about, []).append(row)
    return [_observation(report.run.system, item.control.id, name, rows) for name, rows in groups.items()]


def _observation(system: str, control: str, name: tuple[str, ...], rows: Sequence[ProofRow]) -> Json:
    row, named = rows[0], dict.fromkeys(one for row in rows for one in _named(row))
    subjects = [{"subject-uuid": uuid("component", system), "type": "component"}]
    subjects += [{"subject-uuid": _item(system, row, one), "type": "inventory-item"} for one in named]
    facts = {"outcome": row.outcome, "proof": row.kind, "stage": row.stage, "target": row.target}
    evidence = {
        "href": reference(f"{_file(row)} {row.sha256}"),
        "description": "\n".join(dict.fromkeys(one.artifact for one in rows)),
        "props": props({"sha256": row.sha256, "path": _file(row)}),
    }
    beside = [
        {"description": path, "props": props({"sha256": digest, "path": path}), "remarks": "Judged together with it."}
        for path, digest in row.together_with.items()
    ]
    return filled(
        {
            "uuid": uuid("observation", system, control, *name),
            "title": one_line(f"{control}: {row.outcome} by {row.gate}", 200),
            "description": one_line("; ".join(dict.fromkeys(map(_said, rows))), _LONGEST),
            "props": props({**facts, "fidelity": row.fidelity}),
            "methods": [_METHODS[row.kind]],
            "types": ["control-objective" if row.outcome == "passed" else "finding"],
            "origins": [{"actors": [{"type": "tool", "actor-uuid": _gate(system, row.gate)}]}],
            "subjects": subjects,
            "relevant-evidence": [evidence, *beside],
            "collected": max(one.time for one in rows),
        }
    )


def _said(row: ProofRow) -> str:
    found = [f"{one.resource} {one.path}: found {one.found}; wanted {one.wanted}. {one.fix}" for one in row.findings]
    passed = sum(map(len, row.passed.values()))
    resources = f"{row.artifact}: {passed} judgements of resources without a finding" if passed else row.artifact
    return "; ".join(found) or row.detail or resources


def _risks(system: str, item: ControlReport, observations: Sequence[Json]) -> list[Json]:
    """Return a risk for a control that failed, and one for each waiver."""
    control = item.control
    related = [{"observation-uuid": one["uuid"]} for one in observations if one["types"] == ["finding"]]
    blank = {"statement": control.why, "related-observations": related}
    made: list[Json] = []
    if item.verdict == "failed":
        fixed = {
            "uuid": uuid("response", system, control.id),
            "lifecycle": "recommendation",
            "title": f"Mend {control.id}",
            "description": control.fix,
        }
        about = {"uuid": uuid("risk", system, control.id), "title": f"{control.id} failed", "description": item.reason}
        made.append(filled({**about, "status": "open", **blank, "remediations": [fixed]}))
    made += [filled({**_waived(system, control.id, waiver), **blank}) for waiver in _distinct(item.waived_by)]
    return made


def _distinct(waivers: Iterable[Waiver]) -> list[Waiver]:
    return list({waiver.where: waiver for waiver in waivers}.values())


def _waived(system: str, control: str, waiver: Waiver) -> Json:
    expiry = datetime.combine(waiver.expires, time(23, 59, 59), UTC).isoformat()
    return {
        "uuid": uuid("waiver", system, control, waiver.where),
        "title": f"{control} is waived",
        "description": waiver.reason,
        "status": "deviation-approved",
        "props": props({"owner": waiver.owner, "expires": waiver.expires.isoformat(), "waiver": waiver.where}),
        "deadline": expiry,
    }


def _finding(system: str, item: ControlReport, observations: Sequence[Json], risks: Sequence[Json]) -> Json:
    control = item.control
    state = {"proved": ("satisfied", "pass"), "failed": ("not-satisfied", "fail")}
    satisfied, why = state.get(item.verdict, ("not-satisfied", "other"))
    label = LABELS[item.standing]
    remarks = [f"{label}: {_reason(item)}".removesuffix(": "), *item.figures, *map(legend.sentence, item.limits)]
    return filled(
        {
            "uuid": uuid("finding", system, control.id),
            "title": one_line(f"{control.id} {control.title}: {label}", 200),
            "description": control.statement,
            "props": props({"verdict": item.verdict, "proved-on": item.proved_on, "severity": control.severity}),
            "target": {
                "type": "statement-id",
                "target-id": statement_of(control.id),
                "title": control.title,
                "status": {"state": satisfied, "reason": why, "remarks": "\n\n".join(remarks)},
            },
            "implementation-statement-uuid": uuid("statement", system, control.id),
            "related-observations": [{"observation-uuid": one["uuid"]} for one in observations],
            "related-risks": [{"risk-uuid": one["uuid"]} for one in risks],
        }
    )


def _reason(item: ControlReport) -> str:
    """Return why a control is not proved; of a waived one without the days left, which change every day."""
    if item.verdict == "waived":
        return "; ".join(f"{one.reason} (until {one.expires})" for one in _distinct(item.waived_by))
    return item.reason if item.verdict != "proved" else ""
