"""The wait for a run ends with its source, or with patience, which is short once work has been given up."""

import pytest

from hallmark.ledger.patience import PATIENCE_AFTER_FAILURES, PATIENCE_SECONDS, wait


class Source:
    """What changes in its first looks, and is complete after so many."""

    def __init__(self, changes: int, complete_after: int | None = None) -> None:
        self.looks, self.changes, self.complete_after = 0, changes, complete_after

    def poll(self) -> bool:
        self.looks += 1
        return self.looks <= self.changes

    @property
    def complete(self) -> bool:
        return self.complete_after is not None and self.looks >= self.complete_after


@pytest.mark.parametrize(
    ("source", "failures", "seconds"),
    [
        (Source(1, complete_after=5), 0, 2.0),
        (Source(100), 0, 49.5 + PATIENCE_SECONDS),
        (Source(100), 7, 49.5 + PATIENCE_SECONDS),
    ],
)
def test_the_wait_ends_with_the_source_or_with_patience(source: Source, failures: int, seconds: float) -> None:
    now = [0.0]
    wait(source, lambda: failures, lambda: now[0], lambda pause: now.__setitem__(0, now[0] + pause))
    assert now[0] == seconds


def test_patience_is_short_once_work_has_been_given_up() -> None:
    now = [0.0]
    wait(Source(1), lambda: int(now[0] >= 60), lambda: now[0], lambda pause: now.__setitem__(0, now[0] + pause))
    assert now[0] == 60 + PATIENCE_AFTER_FAILURES
