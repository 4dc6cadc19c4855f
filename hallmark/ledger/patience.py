"""The wait for work that retries: long as long as nothing has been given up, short afterwards."""

import time
from collections.abc import Callable

from hallmark.ledger.quiet import Source

# Retries end within the limit of a file; once some work has been given up, the rest of it soon is, too.
PATIENCE_SECONDS, PATIENCE_AFTER_FAILURES = 300.0, 40.0
_LOOK_SECONDS = 0.5


def wait(
    source: Source,
    failures: Callable[[], int],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Read a source again and again until it is complete, or nothing has changed for as long as patience lasts.

    `failures` counts messages; one that came meanwhile is a change, too, and after it there is less to hope for.
    """
    changed_at = clock()
    first = known = failures()
    while True:
        before, known = known, failures()
        if source.poll() or known != before:
            changed_at = clock()
        if source.complete:
            return
        if clock() - changed_at >= (PATIENCE_AFTER_FAILURES if known > first else PATIENCE_SECONDS):
            return
        sleep(_LOOK_SECONDS)
