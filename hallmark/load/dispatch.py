"""Dispatch of arrivals when they are due, an account's next only after its last answer (for gevent)."""

import time
from collections import deque
from collections.abc import Sequence

import gevent
from gevent.queue import Queue

from hallmark.load.plan import Arrival


class Dispatch:
    """The open loop: arrivals become ready by the clock, independent of the system; any free sender takes the next one.

    `origin` is the moment, on the monotonic clock, that the arrivals' `due` counts from.
    """

    def __init__(self, arrivals: Sequence[Arrival], origin: float) -> None:
        self.origin = origin
        self._arrivals = arrivals
        self._ready: Queue[Arrival] = Queue()
        self._busy: dict[str, deque[Arrival]] = {}

    def run(self) -> None:
        """Make every arrival ready at its time."""
        for arrival in self._arrivals:
            pause = self.origin + arrival.due - time.monotonic()
            if pause > 0:
                gevent.sleep(pause)
            lane = arrival.lane
            if lane in self._busy:
                self._busy[lane].append(arrival)
            else:
                self._busy[lane] = deque()
                self._ready.put(arrival)

    def take(self) -> Arrival:
        """Return the next arrival, waiting for it."""
        arrival: Arrival = self._ready.get()
        return arrival

    def done(self, arrival: Arrival) -> None:
        """Free the account of an arrival that has been answered."""
        lane = arrival.lane
        waiting = self._busy[lane]
        if waiting:
            self._ready.put(waiting.popleft())
        else:
            del self._busy[lane]

    def latency(self, arrival: Arrival) -> int:
        """Return the microseconds since the arrival was due, not since it was sent."""
        return round((time.monotonic() - self.origin - arrival.due) * 1e6)
