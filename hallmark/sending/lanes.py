"""Lanes of items, and the order in which workers serve them."""

import heapq
import time
from collections import deque
from collections.abc import Sequence
from threading import Condition, Lock

from hallmark.sending.item import Item


class Lanes:
    """Each lane's items one after another, earliest input first; thread-safe."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._lanes: dict[str, deque[int]] = {}
        for index, item in enumerate(items):
            self._lanes.setdefault(item.lane, deque()).append(index)
        self._ready = [lane[0] for lane in self._lanes.values()]
        heapq.heapify(self._ready)
        self._left = len(items)
        self._closed = False
        self._changed = Condition()

    def __len__(self) -> int:
        return len(self._lanes)

    def take(self) -> int | None:
        """Return the index of the next item whose lane is free, waiting for one; None at the end."""
        with self._changed:
            while not (self._ready or self._closed) and self._left:
                self._changed.wait()
            return heapq.heappop(self._ready) if self._ready and not self._closed else None

    def done(self, index: int) -> None:
        """Free the lane of an item that has been answered."""
        with self._changed:
            lane = self._lanes[self._items[index].lane]
            lane.popleft()
            self._left -= 1
            if lane:
                heapq.heappush(self._ready, lane[0])
                self._changed.notify()
            if not self._left:
                self._changed.notify_all()

    def close(self) -> None:
        """Stop handing out items."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Pace:
    """Even spacing of starts at `rate` a second over all workers; no delay without a rate."""

    def __init__(self, rate: float | None) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._next = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Sleep until the next start is due."""
        if not self._interval:
            return
        with self._lock:
            due = max(self._next, time.monotonic())
            self._next = due + self._interval
        time.sleep(max(0.0, due - time.monotonic()))
