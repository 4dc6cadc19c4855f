"""component-definition.json: a system as a component with its controls, as OSCAL has them.

https://pages.nist.gov/OSCAL-Reference/models/latest/component-definition/json-reference/
"""

import re
from collections.abc import Iterable, Sequence

from hallmark.export.frameworks.lists import Framework, frameworks
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
from hallmark.export.rows import ended
from hallmark.project import ROOT
from hallmark.report.model import Control, Report
from hallmark.revision import sha256
from infra.systems import system_of

_ENHANCEMENT = re.compile(r"\((\d+)\)")


def component_definition(report: Report) -> Json:
    """Return the component definition of a report's system."""
    system, controls = report.run.system, [item.control for item in report.controls]
    name = f"hallmark {system}"
    component = {
        "uuid": uuid("component", system),
        "type": "service",
        "title": name,
        "description": f"The system {system}: {system_of(system).about}.",
        "props": props({"system": system, "region": system_of(system).region}),
        "control-implementations": [
            *([_own(system, controls)] if controls else []),
            *(found for one in frameworks() if (found := _of_framework(system, one, controls))),
        ],
    }
    return {
        "uuid": uuid("component-definition", system),
        "metadata": metadata(f"Controls of {system}", ended(report), report.run.commit),
        "components": [filled(component)],
        "back-matter": {"resources": sources(controls)},
    }


def sources(controls: Iterable[Control]) -> list[Json]:
    """Return the catalogues that controls are in, and the frameworks, as resources."""
    files = dict.fromkeys(control.file for control in controls)
    own = [
        resource(file, f"Control catalogue {file}", file, sha256(ROOT / file) if (ROOT / file).is_file() else "")
        for file in files
    ]
    return [*own, *(resource(one.name, f"{one.name}, {one.version}", one.source) for one in frameworks())]


def _own(system: str, controls: Sequence[Control]) -> Json:
    return {
        "uuid": uuid("implementation", system),
        "source": reference(controls[0].file),
        "description": f"The controls of {system}, one for each requirement of its specification.",
        "implemented-requirements": [_requirement(system, control) for control in controls],
    }


def _requirement(system: str, control: Control) -> Json:
    statement = {
        "statement-id": statement_of(control.id),
        "uuid": uuid("statement", system, control.id),
        "description": control.statement,
        "remarks": f"Fix: {control.fix}",
    }
    return {
        "uuid": uuid("requirement", system, control.id),
        "control-id": control.id,
        "description": control.title,
        "props": [
            *props({"severity": control.severity}),
            *several("proof", {asked.kind: asked.needs_aws or "" for asked in control.asked}),
            *(
                one
                for framework in frameworks()
                for one in several(_token(framework), dict.fromkeys(control.frameworks.get(framework.name, ()), ""))
            ),
        ],
        "links": [
            {"href": reference(framework.name), "rel": "reference", "text": ", ".join(numbers)}
            for framework in frameworks()
            if (numbers := control.frameworks.get(framework.name))
        ],
        "statements": [statement],
        "remarks": control.why,
    }


def _of_framework(system: str, framework: Framework, controls: Sequence[Control]) -> Json | None:
    """Return a framework's ids, each with the controls that cover it; None where no control names any."""
    covering: dict[str, list[Control]] = {}
    for control in controls:
        for one in control.frameworks.get(framework.name, ()):
            covering.setdefault(one, []).append(control)
    if not covering:
        return None
    return {
        "uuid": uuid("implementation", system, framework.name),
        "source": framework.catalog or reference(framework.name),
        "description": f"What the controls of {system} cover of {framework.name}.",
        "implemented-requirements": [
            {
                "uuid": uuid("requirement", system, framework.name, one),
                "control-id": control_id(framework, one),
                "description": f"Covered by {', '.join(control.id for control in found)}.",
                "props": [*props({"label": one}), *several("covered-by", {c.id: c.title for c in found})],
            }
            for one, found in sorted(covering.items())
        ],
    }


def control_id(framework: Framework, one: str) -> str:
    """Return a framework's id as OSCAL's catalogs write it, such as `ac-2.1` for AC-2(1)."""
    return framework.prefix + _ENHANCEMENT.sub(r".\1", one).lower()


def _token(framework: Framework) -> str:
    return re.sub(r"[^a-z0-9]+", "-", framework.name.lower())
