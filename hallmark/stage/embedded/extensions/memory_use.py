"""The memory in the REPORT line of a function's log: the most that its own process has held since it started.

The emulator states the most of all processes that have ended. What a process starts with does not count, so it is not
`ru_maxrss`, which a process inherits from the one that started it.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (VmHWM)
"""

import contextvars
import os
from typing import Any

import psutil
from ministack.services import lambda_svc

_PEAK = b"VmHWM:"
_MOST_BYTES = 8192
KIB, MIB = 1024, 1024 * 1024
_last: contextvars.ContextVar[int] = contextvars.ContextVar("hallmark_peak", default=0)


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has held, or holds where the system keeps no more; 0 if it has ended."""
    try:
        status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
    except OSError:
        return _held(pid)
    try:
        found = os.read(status, _MOST_BYTES).partition(_PEAK)[2]
        return int(found.split(maxsplit=1)[0]) * KIB if found else 0
    except OSError:
        return _held(pid)
    finally:
        os.close(status)


def _held(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def note(peak: int) -> None:
    """Keep a process's peak, in bytes, for the log of the invocation that it just answered."""
    _last.set(peak)


def install() -> None:
    """Have the log state the peak of the process that ran, in MB, rounded up."""
    probe = lambda_svc._probe_peak_memory_mb

    def probe_peak(function: dict[str, Any]) -> int:
        peak = _last.get()
        return -(-peak // MIB) if peak else int(probe(function))

    lambda_svc._probe_peak_memory_mb = probe_peak
