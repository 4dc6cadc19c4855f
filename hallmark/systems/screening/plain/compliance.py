"""The rules that a transaction sets off, a second time, and the decision that follows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hallmark.systems.screening.plain.content import time_of, verified_of
from hallmark.systems.screening.plain.history import DAY_SECONDS, Past, of_day, within

PASS, REPORT, REVIEW, BLOCK = "PASS", "REPORT", "REVIEW", "BLOCK"
_ORDER = (PASS, REPORT, REVIEW, BLOCK)
Rules = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Compliance:
    """The worst verdict, and that of each rule that is set off."""

    verdict: str
    rules: Mapping[str, str]


def compliance(value: Mapping[str, Any], usd: Decimal, past: Sequence[Past], rules: Rules) -> Compliance:
    """Return the verdicts on a valid transaction; `rules` are the lists by rule."""
    found = dict(_found(value, usd, past, rules))
    return Compliance(worst(PASS, *found.values()), {rule: found[rule] for rule in rules if rule in found})


def worst(*verdicts: str) -> str:
    """Return the worst of some verdicts."""
    return max(verdicts, key=_ORDER.index)


def decision(verdict: str, score: int, review_from: int) -> str:
    """Return what becomes of a valid transaction."""
    if verdict == BLOCK:
        return "blocked"
    return "review" if verdict == REVIEW or score >= review_from else "approved"


def _found(value: Mapping[str, Any], usd: Decimal, past: Sequence[Past], rules: Rules) -> Iterator[tuple[str, str]]:
    if value.get("channel") == "cash":
        yield from _cash(time_of(value["timestamp"]) or 0, usd, past, rules)
    if value.get("channel") == "transfer" and usd >= Decimal(rules["travel-rule"]["from"]):
        parties = (value.get("originator", {}), value.get("beneficiary", {}))
        if not all(party.get(name) is True for party in parties for name in ("name_present", "address_present")):
            yield "travel-rule", REVIEW
    yield from _places(value, rules)
    if verdict := _kyc(value, usd, rules["kyc"]):
        yield "kyc", verdict
    if value["customer_country"] in rules["gdpr"]["countries"] and "lawful_basis" not in value:
        yield "gdpr", REVIEW


def _cash(time: int, usd: Decimal, past: Sequence[Past], rules: Rules) -> Iterator[tuple[str, str]]:
    cash = [one for one in past if one.channel == "cash"]
    if usd + sum(one.usd for one in of_day(cash, time)) > Decimal(rules["currency-report"]["above"]):
        yield "currency-report", REPORT
    rule = rules["structuring"]
    most = Decimal(rule["atMost"])
    small = [one.usd for one in within(cash, time, rule["hours"] * DAY_SECONDS // 24) if one.usd <= most]
    if usd <= most and usd + sum(small) > most:
        yield "structuring", REVIEW


def _places(value: Mapping[str, Any], rules: Rules) -> Iterator[tuple[str, str]]:
    countries = {value["merchant_country"], value["customer_country"]}
    sanctions = rules["sanctions"]
    if countries & set(sanctions["countries"]) or value.get("region") in sanctions["regions"]:
        yield "sanctions", BLOCK
    called = [verdict for country, verdict in rules["fatf-call-for-action"]["verdicts"].items() if country in countries]
    if called:
        yield "fatf-call-for-action", worst(*called)
    if countries & set(rules["fatf-increased-monitoring"]["countries"]):
        yield "fatf-increased-monitoring", REVIEW


def _kyc(value: Mapping[str, Any], usd: Decimal, rule: Mapping[str, Any]) -> str | None:
    known = value.get("kyc", {})
    if known.get("status") == "failed":
        return BLOCK
    is_guest = value["customer_id"].upper().startswith(tuple(rule["guestPrefixes"]))
    if is_guest and usd < Decimal(rule["guestsBelow"]):
        return None
    verified, time = verified_of(known.get("verified_at")), time_of(value["timestamp"]) or 0
    if known.get("status") != "verified" or verified is None or verified > time:
        return REVIEW
    return REVIEW if time - verified > rule["days"] * DAY_SECONDS * 1000 else None
