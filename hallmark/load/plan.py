"""The plan of a run: what arrives when, the same on every machine that is told the same terms."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from hallmark.load import abuse, scenario
from hallmark.load.scenario import Scenario
from hallmark.traffic import clock
from hallmark.traffic.generator import first_ts, generate
from hallmark.traffic.parameters import RuleParameters
from hallmark.traffic.schedule import everyday, several_rules
from hallmark.traffic.transaction import Transaction

_MIXES = {"cards": everyday, "several-rules": several_rules}
CARD = "card"


@dataclass(frozen=True)
class Terms:
    """What a plan follows from; `begin` is the generated traffic's first moment, which makes a run's ids its own."""

    scenario: str
    stage_key: str
    begin: str
    rate: float | None = None
    seconds: float | None = None

    @classmethod
    def starting_now(
        cls, name: str, stage_key: str, parameters: RuleParameters, rate: float | None, seconds: float | None
    ) -> "Terms":
        """Return the terms of a run whose traffic ends now."""
        total = len(slots(scenario.load(name).tuned(rate, seconds), stage_key))
        return cls(name, stage_key, clock.to_text(first_ts(total, parameters, clock.now())), rate, seconds)

    def to_message(self) -> dict[str, Any]:
        """Return the terms as plain data."""
        return asdict(self)

    def load(self) -> Scenario:
        """Return the scenario at these terms."""
        return scenario.load(self.scenario).tuned(self.rate, self.seconds)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: `due` in seconds after the start, its phase, and its kind (`card`, or a kind of abuse)."""

    index: int
    due: float
    phase: str
    kind: str
    transaction: Transaction

    @property
    def lane(self) -> str:
        """What is served strictly one after another: an account; abuse waits for nobody."""
        return self.transaction.account_id if self.kind == CARD else f"abuse-{self.index}"

    @property
    def body(self) -> bytes:
        """The request's body."""
        return self.transaction.body() if self.kind == CARD else abuse.kind(self.kind).body(self.transaction)


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment at which something arrives."""

    due: float
    phase: str
    kind: str


def slots(of: Scenario, stage_key: str) -> list[Slot]:
    """Return the moments of all arrivals, evenly spaced within each phase, in the order of time."""
    found: list[Slot] = []
    start = 0.0
    kinds = abuse.names()
    for phase in of.phases:
        rate, abuse_rate = phase.rate_at(stage_key), phase.abuse_at(stage_key)
        found += [Slot(start + due, phase.name, CARD) for due in _evenly(rate, phase.seconds)]
        found += [Slot(start + due, phase.name, next(kinds)) for due in _evenly(abuse_rate, phase.seconds)]
        start += phase.seconds
    return sorted(found, key=lambda slot: slot.due)


def _evenly(rate: float, seconds: float) -> Iterator[float]:
    return ((number + 0.5) / rate for number in range(round(rate * seconds)))


def arrivals(terms: Terms, parameters: RuleParameters) -> list[Arrival]:
    """Return every arrival of a run; an account's transactions keep their order and are spread over the whole run."""
    planned = slots(terms.load(), terms.stage_key)
    begin, mix = clock.from_text(terms.begin), _MIXES[terms.load().mix]
    transactions = generate(len(planned), 0, parameters, begin, mix)
    spread = _spread(list(transactions), Random(terms.begin))
    return [
        Arrival(index, slot.due, slot.phase, slot.kind, transaction)
        for index, (slot, transaction) in enumerate(zip(planned, spread, strict=True))
    ]


def _spread(transactions: Sequence[Transaction], random: Random) -> list[Transaction]:
    """Spread each account's transactions evenly: a card is not used again before its last answer is there."""
    lanes: dict[str, list[Transaction]] = defaultdict(list)
    for transaction in transactions:
        lanes[transaction.account_id].append(transaction)
    placed: list[tuple[float, int, Transaction]] = []
    for lane in lanes.values():
        offset = random.random()
        placed += [((place + offset) / len(lane), len(placed) + place, each) for place, each in enumerate(lane)]
    return [transaction for _, _, transaction in sorted(placed, key=lambda item: item[:2])]


def share(planned: Sequence[Arrival], number: int, of: int) -> list[Arrival]:
    """Return the part of one of several generators: whole accounts, dealt in the order of their first arrival."""
    lanes = {lane: place for place, lane in enumerate(dict.fromkeys(arrival.lane for arrival in planned))}
    return [arrival for arrival in planned if lanes[arrival.lane] % of == number]
