"""The wait until the pipeline is quiet."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

PATIENCE = 10  # so many quiet periods without any change end the wait for missing things
_INTERVAL_SECONDS = 0.25


class Source(Protocol):
    """A place where effects of a run are observed."""

    def poll(self) -> bool:
        """Read what is not complete yet; return whether anything new of the run was seen."""

    @property
    def complete(self) -> bool:
        """Whether everything expected has been seen."""


def wait_until_quiet(
    sources: Sequence[Source],
    quiet_seconds: float,
    *,
    tick: Callable[[], None] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Poll until all sources are complete and then unchanged for `quiet_seconds`.

    When something stays missing, give up after `PATIENCE` times `quiet_seconds` without any change.
    """
    changed_at = clock()
    while True:
        news = [source.poll() for source in sources]
        if any(news):
            changed_at = clock()
        tick()
        wanted = quiet_seconds * (1 if all(source.complete for source in sources) else PATIENCE)
        if clock() - changed_at >= wanted:
            return
        sleep(_INTERVAL_SECONDS)
