"""What the pipeline's effects tell: verdicts, backlog, losses."""

from collections.abc import Iterator

from hallmark.load.latencies import Latencies
from hallmark.load.measured import Measure, Measured
from hallmark.load.run_file import Sample
from hallmark.traffic import clock


def verdict_percentile(percent: float) -> Measure:
    """Return the measure of a percentile, in milliseconds, from POST to verdict; None when one verdict is missing.

    The time is that of the answer plus that from `receivedAt` to the verdict: it may be too long by what the answer
    took after `receivedAt`, and needs no clock but the stage's.
    """

    def measure(measured: Measured, phase: str) -> float | None:
        if measured.account is None or measured.account.missing:
            return None
        times = _per_phase(measured, phase)
        return Latencies(round(1000 * (sample.latency / 1000 + delay)) for sample, delay in times).percentile(percent)

    return measure


def _per_phase(measured: Measured, phase: str) -> Iterator[tuple[Sample, float]]:
    assert measured.account is not None
    samples = {arrival.transaction.transaction_id: sample for arrival, sample in measured.samples(phase)}
    for (identity, _), delay in measured.account.verdict_delays.items():
        if identity in samples:
            yield samples[identity], delay


def backlog_seconds(measured: Measured, phase: str) -> float | None:
    """Seconds from the last receipt of a matching transaction of a phase to the last verdict on that phase."""
    if measured.account is None or measured.account.missing:
        return None
    ends: list[float] = []
    received: list[float] = []
    for sample, delay in _per_phase(measured, phase):
        moment = clock.from_text(sample.received_at).timestamp()
        received.append(moment)
        ends.append(moment + delay / 1000)
    return max(ends) - max(received) if ends else None


def lost(measured: Measured, _: str) -> float | None:
    """Accepted transactions that are missing in a table or at a target of a rule that they match."""
    return len(measured.account.ledger.lost) if measured.account else None


def differences(measured: Measured, _: str) -> float | None:
    """Differences of the ledger beside what was not accepted: missing, unexpected or wrong records and deliveries."""
    if measured.account is None:
        return None
    ledger = measured.account.ledger
    return sum(len(line.missing) + len(line.unexpected) for line in ledger.lines) + len(ledger.mismatches)


def archive_missing(measured: Measured, _: str) -> float | None:
    """By how many events the archive gained less than there are accepted transactions."""
    account = measured.account
    return max(0, account.ledger.accepted - account.archived) if account else None
