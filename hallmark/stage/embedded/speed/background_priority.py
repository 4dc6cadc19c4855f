"""Run asynchronous functions at idle priority, with a time limit so that they do not starve.

Any other thread preempts one of Linux's idle class at once, while a nice one keeps its processor to the end of its
slice. After PATIENCE_SECONDS on one invocation the process is only nice, so that a busy machine cannot starve it.
https://man7.org/linux/man-pages/man7/sched.7.html
"""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

# Threads of this name run asynchronous invocations.
BACKGROUND = "hallmark-background"
NICENESS = 10
PATIENCE_SECONDS = 0.2


def is_background() -> bool:
    """Return whether this thread runs an asynchronous invocation."""
    return threading.current_thread().name == BACKGROUND


def give_way(process: int) -> None:
    """Give a process that was just started, and all its children, idle priority."""
    os.setpriority(os.PRIO_PROCESS, process, NICENESS)
    if may_come_back():
        _schedule(process, idle=True)


@contextlib.contextmanager
def taking_turns(process: int) -> Iterator[None]:
    """Give the process ordinary turns until the work of this context is done."""
    if not may_come_back():
        yield
        return
    _schedule(process, idle=False)
    try:
        yield
    finally:
        _schedule(process, idle=True)


def _schedule(process: int, *, idle: bool) -> None:
    if sys.platform == "linux":
        for thread in Path(f"/proc/{process}/task").glob("*"):
            with contextlib.suppress(OSError):  # it has ended
                os.sched_setscheduler(int(thread.name), os.SCHED_IDLE if idle else os.SCHED_OTHER, os.sched_param(0))


@cache
def may_come_back() -> bool:
    """Return whether a thread that left the idle class may enter it again; mostly only root may."""

    def there_and_back() -> bool:
        try:
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        except OSError:
            return False
        return True

    with ThreadPoolExecutor(1) as thread:
        return sys.platform == "linux" and thread.submit(there_and_back).result()
