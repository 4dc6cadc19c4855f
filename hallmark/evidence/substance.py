"""What the evidence of a gate must hold to have passed: a gate that judged nothing has shown nothing."""

from collections.abc import Callable, Mapping

from hallmark.evidence.record import Evidence

# The end of the name of a file in which `hallmark send` leaves its ledger for a gate.
LEDGER = ".ledger.json"
Holds = Callable[[Evidence], bool]
# What a run may lack -> whether evidence holds it.
_PROOFS: tuple[str, Holds] = ("it proves no control", lambda e: bool(e.proofs))
_TEMPLATES: tuple[str, Holds] = ("it judged no template", lambda e: bool(e.templates))
_TESTS: tuple[str, Holds] = ("no test passed", lambda e: e.tests is not None and e.tests.passed > 0)
_PLACES: tuple[str, Holds] = ("it read no stage", lambda e: bool(e.places))
_COMMANDS: tuple[str, Holds] = ("it ran no command", lambda e: bool(e.commands))
_MUTANTS: tuple[str, Holds] = ("it made no mutant", lambda e: e.mutants is not None and e.mutants.total > 0)
_SENT: tuple[str, Holds] = ("it sent nothing", lambda e: any(path.endswith(LEDGER) for path in e.artifacts))
_LOAD: tuple[str, Holds] = ("no request was made, or no objective judged", lambda e: _loaded(e))
GATES: Mapping[str, tuple[tuple[str, Holds], ...]] = {
    "lint": (_COMMANDS,),
    "cfn-lint": (_TEMPLATES,),
    "checkov": (_TEMPLATES, _PROOFS),
    "unit": (_TESTS, _PROOFS),
    "policies": (_TEMPLATES, _PROOFS),
    "mutants": (_TEMPLATES, _MUTANTS),
    "integration": (_TESTS, _PROOFS),
    "iam": (_PROOFS,),
    "observed": (_PLACES, _PROOFS),
    "transactions": (_COMMANDS, _SENT),
    **dict.fromkeys(("load", "burst", "abuse", "anomalies", "soak"), (_LOAD,)),
}
_ANY: tuple[str, Holds] = (
    "it recorded nothing",
    lambda e: any((e.proofs, e.tool_findings, e.mutants, e.faults, e.load, e.commands, e.tests)),
)


def lack(evidence: Evidence) -> str:
    """Return what a gate's evidence lacks, in one clause; empty where nothing is missing."""
    return next((lacking for lacking, holds in GATES.get(evidence.gate, (_ANY,)) if not holds(evidence)), "")


def _loaded(evidence: Evidence) -> bool:
    load = evidence.load
    return load is not None and bool(load.objectives) and any(sum(phase.statuses.values()) for phase in load.phases)
