"""The fraud rules: each indicator as a function of a case, its weight, and the levels of scores. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Callable

from screening.rules import RulesFile, RulesInvalid, Section
from screening.transaction import decimal_of

HIGHEST = 100


@dataclass(frozen=True)
class Case:
    """A transaction, its worth in US dollars, its time, and the times of its customer's others in the window.

    Times are epoch milliseconds; those of the others are at most the transaction's own.
    """

    transaction: Mapping[str, Any]
    usd: Decimal
    time: int
    others: Sequence[int] = ()

    def within(self, seconds: int) -> int:
        """Return how many others are within (time - seconds, time]."""
        return sum(self.time - 1000 * seconds < other <= self.time for other in self.others)


Indicator = Callable[[Case], bool]


@dataclass(frozen=True)
class FraudRules:
    """One version: what indicates fraud and its weight, in the order of reasons, and levels, the lowest first."""

    version: str
    indicators: Mapping[str, tuple[int, Indicator]]
    levels: Sequence[tuple[str, int]]
    # How far back a score looks, and at how many of the customer's newest transactions, this one included.
    seconds: int
    count: int
    digest: str

    @classmethod
    def of(cls, file: RulesFile) -> "FraudRules":
        """Return the rules of a file; RulesInvalid if one is missing, unknown or not as it must be."""
        found = file.named("fraud-score")
        own = dict(found.section("indicators").sections())
        if own.keys() != _INDICATORS.keys():
            raise RulesInvalid(f"{found.place}.indicators: wants {', '.join(_INDICATORS)}")
        indicators = {code: (section.whole("weight"), _INDICATORS[code](section)) for code, section in own.items()}
        seconds = max(own[code].whole("seconds", 1) for code in ("rapid-repeat", "velocity"))
        count = max(own["velocity"].whole("count", 2), 2)
        return cls(file.version, indicators, _levels(found.section("levels")), seconds, count, file.digest)

    def score(self, reasons: Sequence[str]) -> int:
        """Return the score of what is indicated, 0 to 100."""
        return min(HIGHEST, sum(self.indicators[code][0] for code in reasons))

    def level(self, score: int) -> str:
        """Return the level of a score."""
        return [level for level, least in self.levels if score >= least][-1]


def _levels(section: Section) -> Sequence[tuple[str, int]]:
    levels = [(level, section.whole(level)) for level in section.values]
    least = [score for _, score in levels]
    if not levels or least[0] != 0 or least != sorted(set(least)):
        raise RulesInvalid(f"{section.place}: wants rising scores from 0 on")
    return levels


def _high(own: Section) -> Indicator:
    above = own.amount("above")
    return lambda case: case.usd > above


def _micro(own: Section) -> Indicator:
    below = own.amount("below")
    return lambda case: case.usd < below


def _round(own: Section) -> Indicator:
    unit = own.amount("multipleOf")
    return lambda case: decimal_of(case.transaction["amount"]) % unit == 0


def _repeat(own: Section) -> Indicator:
    seconds = own.whole("seconds", 1)
    return lambda case: case.within(seconds) > 0


def _velocity(own: Section) -> Indicator:
    seconds, count = own.whole("seconds", 1), own.whole("count", 2)
    return lambda case: case.within(seconds) + 1 >= count


def _begins(party: str) -> Callable[[Section], Indicator]:
    def of(own: Section) -> Indicator:
        prefixes = tuple(prefix.upper() for prefix in own.texts("prefixes"))
        return lambda case: str(case.transaction[party]).upper().startswith(prefixes)

    return of


def _cross_border(own: Section) -> Indicator:
    return lambda case: case.transaction["merchant_country"] != case.transaction["customer_country"]


_INDICATORS: Mapping[str, Callable[[Section], Indicator]] = {
    "high-amount": _high,
    "round-amount": _round,
    "rapid-repeat": _repeat,
    "test-merchant": _begins("merchant_id"),
    "guest-customer": _begins("customer_id"),
    "cross-border": _cross_border,
    "micro-amount": _micro,
    "velocity": _velocity,
}
