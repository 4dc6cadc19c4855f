"""Acceptance of evidence: what is as its gates left it, follows from this tree, and agrees with its artifacts."""

from hallmark.evidence.stored import Stored, Tree, stored
from hallmark.report.again import disagreement
from hallmark.waivers import Waivers


def accepted(tree: Tree, waivers: Waivers) -> Stored:
    """Return the evidence about a system and of the house that counts, and by gate why the rest is refused."""
    found = stored(tree)
    reasons = {item.gate: disagreement(item, tree.system, waivers) for item in found.accepted}
    refused = {gate: why for gate, why in reasons.items() if why}
    return Stored(tuple(item for item in found.accepted if item.gate not in refused), {**found.refused, **refused})
