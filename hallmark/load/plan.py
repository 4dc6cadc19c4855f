"""The plan of a run: its arrivals in time, equal on every machine for equal terms."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from random import Random
from typing import Any, Protocol

from hallmark import clock
from hallmark.load import scenario
from hallmark.load.kinds import REGULAR, Kinds
from hallmark.load.scenario import Scenario
from hallmark.sending.item import Item
from hallmark.sending.trace import HALF_BYTES


class Mix(Protocol):
    """A stage's traffic: items, by the name that a scenario gives to their mix, and each request's body."""

    def begin(self, total: int) -> datetime:
        """Return the start of traffic whose last of `total` items is just before now."""

    def items(self, total: int, begin: datetime, mix: str | None) -> Iterator[Item]:
        """Yield so many items in order of time; UserError for a mix that the system does not have."""

    def body(self, item: Item, kind: str) -> bytes:
        """Return the request's body, corrupted if the kind is abuse."""


@dataclass(frozen=True)
class Terms:
    """The input of a plan; `begin` is the generated traffic's start, which makes a run's ids unique."""

    system: str
    scenario: str
    stage_key: str
    begin: str
    rate: float | None = None
    seconds: float | None = None

    @classmethod
    def starting_now(
        cls, system: str, name: str, stage_key: str, kinds: Kinds, mix: Mix, rate: float | None, seconds: float | None
    ) -> "Terms":
        """Return the terms of a run whose traffic ends now."""
        total = len(slots(scenario.load(system, name).tuned(rate, seconds), stage_key, kinds))
        return cls(system, name, stage_key, clock.to_text(mix.begin(total)), rate, seconds)

    def to_message(self) -> dict[str, Any]:
        """Return the terms as plain data."""
        return asdict(self)

    @property
    def mark(self) -> str:
        """The run's half of the traces of its requests."""
        return sha256(json.dumps(self.to_message()).encode()).hexdigest()[: 2 * HALF_BYTES]

    def load(self) -> Scenario:
        """Return the scenario with these terms."""
        return scenario.load(self.system, self.scenario).tuned(self.rate, self.seconds)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: `due` in seconds after the start, its phase, and its kind (`regular`, or a kind of abuse)."""

    index: int
    due: float
    phase: str
    kind: str
    item: Item

    @property
    def lane(self) -> str:
        """The sequence that is served strictly in order: the item's lane; abuse has none."""
        return self.item.lane if self.kind == REGULAR else f"abuse-{self.index}"


@dataclass(frozen=True, slots=True)
class Slot:
    """The time of one arrival."""

    due: float
    phase: str
    kind: str


def slots(of: Scenario, stage_key: str, kinds: Kinds) -> list[Slot]:
    """Yield the times of all arrivals, evenly spaced within each phase, in order."""
    found: list[Slot] = []
    start = 0.0
    abuse = kinds.in_turn()
    for phase in of.phases:
        rate, abuse_rate = phase.rate_at(stage_key), phase.abuse_at(stage_key)
        found += [Slot(start + due, phase.name, REGULAR) for due in _evenly(rate, phase.seconds)]
        found += [Slot(start + due, phase.name, next(abuse)) for due in _evenly(abuse_rate, phase.seconds)]
        start += phase.seconds
    return sorted(found, key=lambda slot: slot.due)


def _evenly(rate: float, seconds: float) -> Iterator[float]:
    return ((number + 0.5) / rate for number in range(round(rate * seconds)))


def arrivals(terms: Terms, kinds: Kinds, mix: Mix) -> list[Arrival]:
    """Return every arrival of a run; a lane's items keep their order and are spread over the whole run."""
    planned = slots(terms.load(), terms.stage_key, kinds)
    items = mix.items(len(planned), clock.from_text(terms.begin), terms.load().mix)
    spread = _spread(list(items), Random(terms.begin))
    return [
        Arrival(index, slot.due, slot.phase, slot.kind, item)
        for index, (slot, item) in enumerate(zip(planned, spread, strict=True))
    ]


def _spread(items: Sequence[Item], random: Random) -> list[Item]:
    """Spread each lane's items evenly, so that an account is used again only after its last answer."""
    lanes: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        lanes[item.lane].append(item)
    placed: list[tuple[float, int, Item]] = []
    for lane in lanes.values():
        offset = random.random()
        placed += [((place + offset) / len(lane), len(placed) + place, each) for place, each in enumerate(lane)]
    return [item for _, _, item in sorted(placed, key=lambda one: one[:2])]


def share(planned: Sequence[Arrival], number: int, of: int) -> list[Arrival]:
    """Return the part of one of several generators: whole lanes, dealt in the order of their first arrival."""
    lanes = {lane: place for place, lane in enumerate(dict.fromkeys(arrival.lane for arrival in planned))}
    return [arrival for arrival in planned if lanes[arrival.lane] % of == number]
