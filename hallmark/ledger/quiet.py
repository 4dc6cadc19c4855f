"""The wait until the pipeline is quiet."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

PATIENCE = 10  # so many quiet periods without any change end the wait for missing things
LONGEST = 40  # the same while the stage is busy with other work, behind which ours may wait
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
    stirs: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Poll until all sources are complete and then unchanged for `quiet_seconds`.

    When something stays missing, give up after `PATIENCE` times `quiet_seconds` without any change; while the stage
    `stirs`, because it does other work, after `LONGEST` times.
    """
    changed_at = stirred_at = clock()
    while True:
        news = [source.poll() for source in sources]
        if any(news):
            changed_at = stirred_at = clock()
        if stirs():
            stirred_at = clock()
        tick()
        unchanged, silent = clock() - changed_at, clock() - stirred_at
        if unchanged >= quiet_seconds * LONGEST or silent >= quiet_seconds * PATIENCE:
            return
        if unchanged >= quiet_seconds and all(source.complete for source in sources):
            return
        sleep(_INTERVAL_SECONDS)
