"""The time from a transaction's due moment to its decision, of every new one, waited for or not."""

from hallmark.load.latencies import Latencies
from hallmark.load.outcome import Measure, RunOutcome
from hallmark.systems.screening.load.mix import is_waited_for
from hallmark.systems.screening.load.reconciliation import reconciliation
from hallmark.systems.screening.transaction import Transaction


def decision_percentile(percent: float) -> Measure:
    """Return the measure of a percentile in milliseconds; None if a transaction was lost, or is stuck.

    Of what was only started it is the answer's latency plus the time from the execution's start to its decision by the
    stage's clock: perhaps too long by the time that the answer took after that.
    """

    def measure(outcome: RunOutcome, phase: str) -> float | None:
        found = reconciliation(outcome)
        if found is None or found.ledger.lost or found.ledger.unfinished:
            return None
        decided = found.ledger.seconds_of
        values = []
        for arrival, sample in outcome.samples(phase):
            assert isinstance(arrival.item, Transaction)
            if arrival.item.id in decided:
                after = 0.0 if is_waited_for(arrival.item) else decided[arrival.item.id]
                values.append(sample.latency + round(1e6 * after))
        return Latencies(values).percentile(percent)

    return measure
