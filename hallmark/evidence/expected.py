"""The gates that must leave evidence: those of the house always, a system's if its controls ask for their proofs."""

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hallmark.evidence.record import Kind
from infra.systems import SYSTEM_VARIABLE, SYSTEMS, System, system_of

# Gates of the code or of all templates together; a proof in them belongs to the system of its control.
OF_THE_HOUSE = ("lint", "cfn-lint", "checkov", "unit")
# Those of them that have evidence of a system's own if one is chosen: its share, in place of the house's.
WITH_SHARES = ("unit",)
# The scenarios of load that are gates of their own name.
SCENARIOS = ("burst", "abuse", "anomalies", "soak")
# The suffix of the id of the control that the gate iam proves, in every catalogue.
LEAST_PRIVILEGE = "_IAM_LEAST"


class Asked(NamedTuple):
    """A kind of proof that a control asks for."""

    control: str
    kind: Kind


class Reason(NamedTuple):
    """Expect a gate if a control whose id has this suffix asks for this kind of proof."""

    kind: Kind
    ending: str = ""


# Gates of systems, with the proofs that require them. A system without such a control does not have the gate.
OF_SYSTEMS: Mapping[str, Reason] = {
    "policies": Reason("template"),
    "mutants": Reason("template"),
    "integration": Reason("behaviour"),
    "iam": Reason("behaviour", LEAST_PRIVILEGE),
    "observed": Reason("observed"),
    "transactions": Reason("load"),
    "load": Reason("load"),
}


def expected(asked: Iterable[Asked]) -> tuple[str, ...]:
    """Return the gates of systems that these proofs require."""
    proofs = tuple(asked)
    return tuple(
        gate
        for gate, reason in OF_SYSTEMS.items()
        if any(proof.kind == reason.kind and proof.control.endswith(reason.ending) for proof in proofs)
    )


def asked_of(system: str) -> list[Asked]:
    """Return the proofs that a system's controls ask for; UserError when its catalogue cannot be read."""
    from hallmark import catalogue  # environments with one tool may lack the packages to read it

    return [Asked(control.id, proof.kind) for control in catalogue.load(system).controls for proof in control.proofs]


def chosen(named: str | None = None) -> tuple[System, ...]:
    """Return the named system, else that of `$HALLMARK_SYSTEM`, else all; UserError for an unknown name."""
    name = named or os.environ.get(SYSTEM_VARIABLE)
    return (system_of(name),) if name else SYSTEMS


def judged(gate: str, named: str | None = None) -> tuple[System, ...]:
    """Return the chosen systems whose controls require a gate of systems."""
    return tuple(system for system in chosen(named) if gate in expected(asked_of(system.name)))
