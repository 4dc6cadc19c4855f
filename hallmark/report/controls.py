"""The catalogue's controls in the report's form."""

import re
from functools import cache
from pathlib import Path

from hallmark import catalogue, fidelity
from hallmark.project import ROOT
from hallmark.report.model import Asked, Control


def requirements_of(system: str) -> int | None:
    """Return how many requirements a system's specification has; None if its catalogue does not say."""
    return catalogue.load(system).requirements


def controls_of(system: str) -> list[Control]:
    """Return a system's controls, in the catalogue's order."""
    return [_control(control, catalogue.CONTROLS / f"{system}.yaml") for control in catalogue.load(system).controls]


def _control(control: catalogue.Control, file: Path) -> Control:
    return Control(
        id=control.id,
        title=control.title,
        statement=control.statement,
        severity=control.severity,
        why=control.why,
        fix=control.fix,
        frameworks={
            "PCI DSS 4.0.1": tuple(control.frameworks.pci),
            "NIST SP 800-53 r5": tuple(control.frameworks.nist),
        },
        asked=tuple(Asked(proof.kind, proof.needs_aws) for proof in control.proofs),
        file=str(file.relative_to(ROOT)),
        line=_lines(file).get(control.id, 1),
        rests_on=fidelity.behaviours(control.id),
    )


@cache
def _lines(file: Path) -> dict[str, int]:
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    return {found[1]: number for number, line in lines if (found := re.match(r"\s*- id: (\S+)", line))}
