"""The score of a transaction, a second time: what adds to it, and its level."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hallmark.systems.screening.plain.content import number_of, time_of
from hallmark.systems.screening.plain.history import Past, within

MOST = 100


@dataclass(frozen=True)
class Risk:
    """A score with its level and the codes of what adds to it, in the file's order."""

    score: int
    level: str
    reasons: tuple[str, ...]


def risk(value: Mapping[str, Any], usd: Decimal, past: Sequence[Past], fraud: Mapping[str, Any]) -> Risk:
    """Return the risk of a valid transaction; `fraud` is the list of weights."""
    indicators = fraud["indicators"]
    found = set(_found(value, usd, past, indicators))
    score = min(MOST, sum(int(indicators[code]["weight"]) for code in found))
    level = max((least, name) for name, least in fraud["levels"].items() if score >= least)[1]
    return Risk(score, level, tuple(code for code in indicators if code in found))


def _found(value: Mapping[str, Any], usd: Decimal, past: Sequence[Past], rules: Mapping[str, Any]) -> Iterator[str]:
    time = time_of(value["timestamp"]) or 0
    if usd > Decimal(rules["high-amount"]["above"]):
        yield "high-amount"
    if (number_of(value["amount"]) or 1) % Decimal(rules["round-amount"]["multipleOf"]) == 0:
        yield "round-amount"
    if within(past, time, rules["rapid-repeat"]["seconds"]):
        yield "rapid-repeat"
    for code, name in (("test-merchant", "merchant_id"), ("guest-customer", "customer_id")):
        if value[name].upper().startswith(tuple(rules[code]["prefixes"])):
            yield code
    if value["merchant_country"] != value["customer_country"]:
        yield "cross-border"
    if usd < Decimal(rules["micro-amount"]["below"]):
        yield "micro-amount"
    if 1 + len(within(past, time, rules["velocity"]["seconds"])) >= rules["velocity"]["count"]:
        yield "velocity"
