"""The compliance rules: each as a function of a case that returns a verdict, and the bounds of decisions. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Callable, NamedTuple, Optional

from screening.items import Item
from screening.rules import PASS, VERDICTS, RulesFile, RulesInvalid, Section
from screening.transaction import CASH, KYC_FAILED, TRANSFER, VERIFIED, verified_milliseconds

DAY = 86_400_000
_HOUR = 3_600_000
_BOUNDS = "decision-bounds"


class Cash(NamedTuple):
    """A cash transaction: its time in epoch milliseconds, its worth in US dollars."""

    time: int
    usd: Decimal


@dataclass(frozen=True)
class Case:
    """A transaction, its worth in US dollars, its time in epoch milliseconds, and its customer's other cash before."""

    transaction: Mapping[str, Any]
    usd: Decimal
    time: int
    cash: Sequence[Cash] = ()

    @property
    def is_cash(self) -> bool:
        """Whether cash is paid."""
        return bool(self.transaction.get("channel") == CASH)

    @property
    def countries(self) -> tuple[str, str]:
        """The merchant's and the customer's country."""
        return (self.transaction["merchant_country"], self.transaction["customer_country"])

    def others(self, after: int, most: Optional[Decimal] = None) -> Iterator[Decimal]:
        """Yield the worth of the customer's other cash within (after, time], each at most so much."""
        for time, usd in self.cash:
            if after < time <= self.time and (most is None or usd <= most):
                yield usd


Rule = Callable[[Case], Optional[str]]


@dataclass(frozen=True)
class ComplianceRules:
    """One version: each rule with what its list says of itself, and the scores of reviews and alerts."""

    version: str
    rules: Sequence[tuple[Item, Rule]]
    # How far back a verdict on cash looks, in milliseconds.
    window: int
    review_from: int
    alert_from: int
    digest: str

    @classmethod
    def of(cls, file: RulesFile) -> "ComplianceRules":
        """Return the rules of a file; RulesInvalid if one is missing, unknown or not as it must be."""
        bounds = file.named(_BOUNDS)
        own = [section for id, section in file.lists.items() if id != _BOUNDS]
        by_rule = {section.text("rule"): section for section in own}
        if by_rule.keys() != _RULES.keys() or len(own) != len(by_rule):
            raise RulesInvalid(f"lists want each rule once: {', '.join(_RULES)}")
        return cls(
            file.version,
            [(_named(rule, section), _RULES[rule](section)) for rule, section in by_rule.items()],
            max(DAY, by_rule["structuring"].whole("hours", 1) * _HOUR),
            bounds.whole("reviewFrom", 1),
            bounds.whole("alertFrom", 1),
            file.digest,
        )

    def check(self, case: Case) -> Item:
        """Return the compliance of a case: the worst verdict, every rule that fires with its list, the version."""
        found = [{**named, "verdict": verdict} for named, rule in self.rules if (verdict := rule(case)) is not None]
        return {"verdict": worst(one["verdict"] for one in found), "rules": found, "version": self.version}


def worst(verdicts: Iterator[str]) -> str:
    """Return the worst of verdicts; PASS without any."""
    return min(verdicts, key=VERDICTS.index, default=PASS)


def _named(rule: str, section: Section) -> Item:
    said = {"rule": rule, "list": section.text("id"), "version": section.text("version")}
    return {**said, "effective": section.day("effective").isoformat()}


def _currency_report(own: Section) -> Rule:
    verdict, above = own.verdict(), own.amount("above")

    def judge(case: Case) -> Optional[str]:
        if not case.is_cash:
            return None
        start = case.time - case.time % DAY
        return verdict if case.usd + sum(case.others(start - 1)) > above else None

    return judge


def _structuring(own: Section) -> Rule:
    verdict, most, window = own.verdict(), own.amount("atMost"), own.whole("hours", 1) * _HOUR

    def judge(case: Case) -> Optional[str]:
        if not case.is_cash or case.usd > most:
            return None
        return verdict if case.usd + sum(case.others(case.time - window, most)) > most else None

    return judge


def _travel_rule(own: Section) -> Rule:
    verdict, least = own.verdict(), own.amount("from")

    def judge(case: Case) -> Optional[str]:
        if case.transaction.get("channel") != TRANSFER or case.usd < least:
            return None
        parties = (case.transaction.get(name) or {} for name in ("originator", "beneficiary"))
        known = all(party.get(flag) is True for party in parties for flag in ("name_present", "address_present"))
        return None if known else verdict

    return judge


def _sanctions(own: Section) -> Rule:
    verdict, countries, regions = own.verdict(), own.texts("countries"), own.texts("regions")

    def judge(case: Case) -> Optional[str]:
        listed = any(country in countries for country in case.countries)
        return verdict if listed or case.transaction.get("region") in regions else None

    return judge


def _call_for_action(own: Section) -> Rule:
    listed = own.section("verdicts")
    verdicts = {country: listed.verdict(country) for country in listed.values}

    def judge(case: Case) -> Optional[str]:
        found = [verdicts[country] for country in case.countries if country in verdicts]
        return worst(iter(found)) if found else None

    return judge


def _increased_monitoring(own: Section) -> Rule:
    verdict, countries = own.verdict(), own.texts("countries")
    return lambda case: verdict if any(country in countries for country in case.countries) else None


def _kyc(own: Section) -> Rule:
    failed, verdict, oldest = own.verdict("failed"), own.verdict(), own.whole("days", 1) * DAY
    below, prefixes = own.amount("guestsBelow"), tuple(one.upper() for one in own.texts("guestPrefixes"))

    def judge(case: Case) -> Optional[str]:
        kyc = case.transaction.get("kyc") or {}
        if kyc.get("status") == KYC_FAILED:
            return failed
        if str(case.transaction["customer_id"]).upper().startswith(prefixes) and case.usd < below:
            return None
        if kyc.get("status") != VERIFIED:
            return verdict
        verified = verified_milliseconds(kyc.get("verified_at") or "")
        return None if verified is not None and 0 <= case.time - verified <= oldest else verdict

    return judge


def _gdpr(own: Section) -> Rule:
    verdict, countries, bases = own.verdict(), own.texts("countries"), own.texts("bases")

    def judge(case: Case) -> Optional[str]:
        if case.transaction["customer_country"] not in countries:
            return None
        return None if case.transaction.get("lawful_basis") in bases else verdict

    return judge


_RULES: Mapping[str, Callable[[Section], Rule]] = {
    "currency-report": _currency_report,
    "structuring": _structuring,
    "travel-rule": _travel_rule,
    "sanctions": _sanctions,
    "fatf-call-for-action": _call_for_action,
    "fatf-increased-monitoring": _increased_monitoring,
    "kyc": _kyc,
    "gdpr": _gdpr,
}
