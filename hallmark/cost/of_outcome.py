"""The cost of a run while it is judged, and what dominates it."""

from hallmark.cost.bill import total
from hallmark.cost.counts import COUNTED, Counts
from hallmark.cost.declared import declared
from hallmark.cost.estimate import Estimate, estimate
from hallmark.load.outcome import RunOutcome
from hallmark.systems.wing import offered, wing

_NAMED = 3


def _estimate(outcome: RunOutcome) -> Estimate | None:
    """Return the estimate; None where nothing was counted or accepted."""
    found, terms = outcome.reconciliation, outcome.run.terms
    if found is None or not found.ledger.accepted or any(name not in outcome.usage for name in COUNTED):
        return None
    costed = offered(terms.system, wing(terms.system).costed, "no cost to estimate")
    accepted, rate = found.ledger.accepted, terms.load().main.rate_at(terms.stage_key)
    counts = Counts(terms.system, outcome.run.stage, rate, accepted, 0, outcome.usage, accepted, costed.unit)
    return estimate(counts, declared(terms.system, outcome.run.stage), outcome.run.stage, costed.envelope, None, {})


def dollars(outcome: RunOutcome, _: str) -> float | None:
    """Return the dollars of a million of what a system without an API carries."""
    found = _estimate(outcome)
    return found.usd_per_million if found else None


def told(outcome: RunOutcome) -> str:
    """Return the services with most of it, and what a month costs without any traffic."""
    found = _estimate(outcome)
    if found is None:
        return ""
    shares = [f"{name} {usd / found.usd_per_million:.0%}" for name, usd in found.services.items()]
    fixed = ", ".join(f"{line.what} {line.usd:.2f}" for line in found.fixed if line.usd)
    lines = sorted(found.lines, key=lambda line: -line.usd)[:_NAMED]
    most = ", ".join(f"{line.what} {line.usd:.2f}" for line in lines)
    return f"{', '.join(shares)}; most of it {most}; a month without traffic {total(found.fixed):.2f}: {fixed}"
