"""Threads that stay for the next piece of work, and that do not keep the emulator alive when it is ended.

The library's own pools wait at the end for all that is queued.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from typing import Any

from hallmark.stage.embedded.speed.background_priority import BACKGROUND

Work = tuple[Future[Any], Context, Callable[[], Any]]


class Pool:
    """At most `size` threads, started as they are needed; further work waits in order."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._waiting: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()

    def submit(self, do: Callable[[], Any]) -> Future[Any]:
        """Do something in a thread, with the caller's account, region and trace."""
        future: Future[Any] = Future()
        self._waiting.put((future, copy_context(), do))
        if not self._idle.acquire(blocking=False):
            with self._lock:
                if self._left:
                    self._left -= 1
                    threading.Thread(target=self._serve, name=BACKGROUND, daemon=True).start()
        return future

    def _serve(self) -> None:
        while True:
            future, context, do = self._waiting.get()
            try:
                future.set_result(context.run(do))
            except BaseException as error:
                future.set_exception(error)
            del future, context, do
            self._idle.release()
