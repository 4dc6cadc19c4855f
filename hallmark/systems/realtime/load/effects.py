"""What the pipeline's effects tell: verdicts, backlog, the archive."""

from collections.abc import Iterator

from hallmark import clock
from hallmark.load.latencies import Latencies
from hallmark.load.measured import Measure, Measured
from hallmark.load.run_file import Sample
from hallmark.systems.realtime.load.account import CardAccount


def _account(measured: Measured) -> CardAccount | None:
    """What was observed; None where nothing was, as on the floor."""
    account = measured.account
    assert account is None or isinstance(account, CardAccount)
    return account


def verdict_percentile(percent: float) -> Measure:
    """Return the measure of a percentile, in milliseconds, from POST to verdict; None when one verdict is missing.

    The time is that of the answer plus that from `receivedAt` to the verdict: it may be too long by what the answer
    took after `receivedAt`, and needs no clock but the stage's.
    """

    def measure(measured: Measured, phase: str) -> float | None:
        account = _account(measured)
        if account is None or account.missing:
            return None
        times = _per_phase(measured, account, phase)
        return Latencies(round(1000 * (sample.latency / 1000 + delay)) for sample, delay in times).percentile(percent)

    return measure


def _per_phase(measured: Measured, account: CardAccount, phase: str) -> Iterator[tuple[Sample, float]]:
    samples = {arrival.item.id: sample for arrival, sample in measured.samples(phase)}
    for (identity, _), delay in account.verdict_delays.items():
        if identity in samples:
            yield samples[identity], delay


def backlog_seconds(measured: Measured, phase: str) -> float | None:
    """Seconds from the last receipt of a matching transaction of a phase to the last verdict on that phase."""
    account = _account(measured)
    if account is None or account.missing:
        return None
    ends: list[float] = []
    received: list[float] = []
    for sample, delay in _per_phase(measured, account, phase):
        moment = clock.from_text(sample.received_at).timestamp()
        received.append(moment)
        ends.append(moment + delay / 1000)
    return max(ends) - max(received) if ends else None


def archive_missing(measured: Measured, _: str) -> float | None:
    """By how many events the archive gained less than there are accepted transactions."""
    account = _account(measured)
    return max(0, account.ledger.accepted - account.archived) if account else None
