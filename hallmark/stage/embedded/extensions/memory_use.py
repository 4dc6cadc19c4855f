"""The memory in the REPORT line of a function's log: the most that its own process has held since it started.

The emulator states the most of all processes that have ended. What a process starts with does not count, so it is not
`ru_maxrss`, which a process inherits from the one that started it.
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (VmHWM)
"""

import contextvars
from pathlib import Path
from typing import Any

import psutil
from ministack.services import lambda_svc

_PEAK = "VmHWM:"
KIB, MIB = 1024, 1024 * 1024
_last: contextvars.ContextVar[int] = contextvars.ContextVar("hallmark_peak", default=0)


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process has held, or holds where the system keeps no more; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) * KIB for line in lines if line.startswith(_PEAK)), 0)
    except OSError:
        return _held(pid)


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
