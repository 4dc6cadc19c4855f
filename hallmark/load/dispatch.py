"""Dispatch of arrivals when they are due, an account's next only after its last answer (for gevent)."""

import time
from collections import deque
from collections.abc import Container, Mapping, Sequence
from types import MappingProxyType

import gevent
from gevent.queue import Queue

from hallmark.load.plan import Arrival

_LOOK_SECONDS = 0.05


class Dispatch:
    """The open loop: arrivals become ready by the clock, independent of the system; any free sender takes the next one.

    `origin` is the moment, on the monotonic clock, that the arrivals' `due` counts from; `latest` are the seconds by
    phase after which an answer is so late that nothing more is sent. At the end of a phase that `settles` the clock
    stands still until all is answered.
    """

    def __init__(
        self,
        arrivals: Sequence[Arrival],
        origin: float,
        latest: Mapping[str, float | None] = MappingProxyType({}),
        settles: Container[str] = (),
    ) -> None:
        self.origin = origin
        self._arrivals, self._latest, self._settles = arrivals, latest, settles
        self._taken: set[int] = set()
        self._has_ended = False
        self._ready: Queue[Arrival] = Queue()
        self._busy: dict[str, deque[Arrival]] = {}

    def run(self) -> None:
        """Make every arrival ready at its time."""
        phase = ""
        for arrival in self._arrivals:
            if phase != arrival.phase and phase in self._settles:
                self._settle(arrival)
            phase = arrival.phase
            pause = self.origin + arrival.due - time.monotonic()
            if pause > 0:
                gevent.sleep(pause)
            if self._has_ended:
                return
            lane = arrival.lane
            if lane in self._busy:
                self._busy[lane].append(arrival)
            else:
                self._busy[lane] = deque()
                self._ready.put(arrival)

    def _settle(self, following: Arrival) -> None:
        due = self.origin + following.due
        while self._busy:
            gevent.sleep(_LOOK_SECONDS)
        self.origin += max(0.0, time.monotonic() - due)

    def take(self) -> Arrival:
        """Return the next arrival, waiting for it."""
        arrival: Arrival = self._ready.get()
        self._taken.add(arrival.index)
        return arrival

    def done(self, arrival: Arrival, latency: int = 0) -> list[Arrival]:
        """Free the account of an arrival that has been answered; return those that will not be sent any more."""
        latest = self._latest.get(arrival.phase)
        if latest is not None and latency > latest * 1e6 and not self._has_ended:
            return self._end()
        self._free(arrival.lane)
        return []

    def _end(self) -> list[Arrival]:
        self._has_ended = True
        self._ready = Queue()
        return [one for one in self._arrivals if one.index not in self._taken]

    def _free(self, lane: str) -> None:
        if self._has_ended:
            return
        waiting = self._busy[lane]
        if waiting:
            self._ready.put(waiting.popleft())
        else:
            del self._busy[lane]

    def latency(self, arrival: Arrival) -> int:
        """Return the microseconds since the arrival was due, not since it was sent."""
        return round((time.monotonic() - self.origin - arrival.due) * 1e6)
