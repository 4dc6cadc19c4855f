"""The processor time of a function's process for one invocation, without that of its start.

On Linux a process has a clock of it, which takes one call to read; the number of that clock is the kernel's.
https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html
"""

import contextvars
import sys
import time

import psutil

# CPUCLOCK_SCHED of a process. https://github.com/torvalds/linux/blob/master/include/linux/posix-timers_types.h
_SCHEDULED = 2
_HAS_CLOCKS = sys.platform == "linux"
_last: contextvars.ContextVar[float] = contextvars.ContextVar("hallmark_processor_seconds", default=0.0)


def seconds_of(pid: int) -> float:
    """Return the seconds that a process has run, all its threads together; 0 if it has ended."""
    try:
        return time.clock_gettime((~pid << 3) | _SCHEDULED) if _HAS_CLOCKS else _by_times(pid)
    except (OSError, psutil.Error):
        return 0.0


def _by_times(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def note(seconds: float) -> None:
    """Keep what an invocation has used, for `taken` in the same context."""
    _last.set(max(0.0, seconds))


def taken() -> float:
    """Return what the invocation that just ended has used, once."""
    found = _last.get()
    _last.set(0.0)
    return found
