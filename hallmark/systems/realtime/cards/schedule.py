"""The schedule of generated traffic: the kind of transaction of each slot of time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, count, cycle, islice

from hallmark.systems.realtime.cards.parameters import RuleParameters

_OTHERS = ("high-value-domestic", "high-risk-merchant", "geo-anomaly", "night-time")
OTHER_COMBINATIONS = tuple(frozenset(chosen) for size in range(5) for chosen in combinations(_OTHERS, size))
NEAR_MISSES = (
    *("a cent too little", "another currency", "another region", "a large refund"),
    *("a similar category", "abroad with the card", "at home without the card", "six o'clock"),
)
_ORDINARY_PER_SPECIAL = 0.85 / 0.15
_ORDINARY_PER_SPECIAL_ON_CARDS = 28  # 80 matches in a cycle of some 1,240


@dataclass(frozen=True, slots=True)
class Slot:
    """The purpose of one transaction: the rules it matches beside velocity, its near miss, and its burst if any."""

    rules: frozenset[str] = field(default_factory=frozenset)
    near_miss: str | None = None
    burst: int | None = None


ORDINARY = Slot()


def minimum_for_every_combination(parameters: RuleParameters) -> int:
    """Return the smallest number of transactions with all 32 combinations of the five rules."""
    return 31 + max(1, parameters.velocity_threshold)


def slots_per_window(parameters: RuleParameters) -> int:
    """Return the slots in a velocity window: at least four times those of a burst, so that the burst fits."""
    return max(200, 4 * (parameters.velocity_threshold + len(OTHER_COMBINATIONS)))


def schedule(total: int, parameters: RuleParameters) -> Iterator[Slot]:
    """Yield `total` slots: whole cycles of all combinations and near misses, spread over ordinary traffic (85%).

    At least every second slot of a burst's range is the burst's, so it stays within the window. Small totals have less
    padding.
    """
    return islice(_padded(total, parameters, _ORDINARY_PER_SPECIAL), total)


def everyday(total: int, parameters: RuleParameters) -> Iterator[Slot]:
    """Yield `total` slots that match a rule as often as public card data does (6 in 100), in all combinations."""
    return islice(_padded(total, parameters, _ORDINARY_PER_SPECIAL_ON_CARDS), total)


def several_rules(total: int, parameters: RuleParameters) -> Iterator[Slot]:
    """Yield `total` slots that match two rules or more each, velocity left aside, in turn."""
    return islice(cycle(Slot(rules) for rules in OTHER_COMBINATIONS if len(rules) > 1), total)


def _padded(total: int, parameters: RuleParameters, most: float) -> Iterator[Slot]:
    cycle_length = minimum_for_every_combination(parameters) + len(NEAR_MISSES)
    padding = min(most, max(0.0, total / cycle_length - 1))
    owed = 0.0
    for number in count():
        for slot in _cycle(number, parameters):
            yield slot
            owed += padding
            due = int(owed) if slot.burst is None else min(1, int(owed))
            owed -= due
            for _ in range(due):
                yield ORDINARY


def _cycle(number: int, parameters: RuleParameters) -> Iterator[Slot]:
    yield ORDINARY
    for rules in OTHER_COMBINATIONS[1:]:
        yield Slot(rules)
    for _ in range(parameters.velocity_threshold - 1):
        yield Slot(burst=number)
    for rules in OTHER_COMBINATIONS:
        yield Slot(rules, burst=number)
    for near_miss in NEAR_MISSES:
        yield Slot(near_miss=near_miss)
