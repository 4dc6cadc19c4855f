"""The processor time of a function's process for one invocation, without that of its start.

Linux counts it in hundredths of a second, of which the sum over many invocations has only the first and the last.
https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (utime, stime)
"""

import contextvars

import psutil

_last: contextvars.ContextVar[float] = contextvars.ContextVar("hallmark_processor_seconds", default=0.0)


def seconds_of(pid: int) -> float:
    """Return the seconds that a process has run, all its threads together; 0 if it has ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def note(seconds: float) -> None:
    """Keep what an invocation has used, for `taken` in the same context."""
    _last.set(max(0.0, seconds))


def taken() -> float:
    """Return what the invocation that just ended has used, once."""
    found = _last.get()
    _last.set(0.0)
    return found
