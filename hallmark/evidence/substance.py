"""What the evidence of a gate must hold to have passed, and all that it may hold.

A gate that judged nothing has shown nothing, and none shows what is another's to show.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from hallmark.evidence.expected import SCENARIOS
from hallmark.evidence.record import Evidence, Kind

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
    **dict.fromkeys(("load", *SCENARIOS), (_LOAD,)),
}


class May(NamedTuple):
    """All that a gate's evidence may hold: kinds of proofs, other results by their fields; whether of a stage."""

    kinds: tuple[Kind, ...] = ()
    results: tuple[str, ...] = ()
    on_a_stage: bool = False


MAY: Mapping[str, May] = {
    "cfn-lint": May(results=("tool_findings",)),
    "checkov": May(("template",), ("tool_findings",)),
    "unit": May(("template", "behaviour"), ("tests",)),
    "policies": May(("template",), ("notes",)),
    "mutants": May(results=("mutants",)),
    "integration": May(("behaviour",), ("tests", "faults"), on_a_stage=True),
    "iam": May(("behaviour",), ("tool_findings",), on_a_stage=True),
    "observed": May(("observed",), ("notes",), on_a_stage=True),
    "transactions": May(results=("commands",), on_a_stage=True),
    **dict.fromkeys(("load", *SCENARIOS), May(("load",), ("load",), on_a_stage=True)),
}
# Of the gate lint, and of any other that runs commands.
_MAY_OTHERS = May(results=("commands",))
_RESULTS = ("tool_findings", "mutants", "faults", "load", "tests", "commands", "notes")
_ANY: tuple[str, Holds] = (
    "it recorded nothing",
    lambda e: any((e.proofs, e.tool_findings, e.mutants, e.faults, e.load, e.commands, e.tests)),
)


def lack(evidence: Evidence) -> str:
    """Return what a gate's evidence lacks, in one clause; empty where nothing is missing."""
    return next((lacking for lacking, holds in GATES.get(evidence.gate, (_ANY,)) if not holds(evidence)), "")


def surplus(evidence: Evidence) -> Iterator[str]:
    """Yield what a gate's evidence holds that is not its own to show, each in one clause."""
    may = MAY.get(evidence.gate, _MAY_OTHERS)
    for proof in evidence.proofs:
        if proof.kind not in may.kinds:
            yield f"it proves {proof.control} by {proof.kind}, which is not its to show"
    for name in _RESULTS:
        if getattr(evidence, name) and name not in may.results:
            yield f"it holds {name.replace('_', ' ')}, which are not its to show"
    if evidence.target != "none" and not may.on_a_stage:
        yield f"its target is {evidence.target}, and it needs no stage"
    # A gate that failed may have ended before it reached the stage.
    if evidence.outcome == "passed" and (evidence.target != "none") != bool(evidence.places):
        yield f"its target is {evidence.target}, and it names {'a' if evidence.places else 'no'} stage"
    for place in evidence.places:
        if place.system != evidence.system:
            yield f"it was made on a stage of {place.system}"


def _loaded(evidence: Evidence) -> bool:
    load = evidence.load
    return load is not None and bool(load.objectives) and any(sum(phase.statuses.values()) for phase in load.phases)
