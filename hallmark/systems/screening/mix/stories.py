"""Stories of one customer each: transactions that lie on both sides of every border of the rules.

A step is what differs from an ordinary transaction, and how many seconds before the story's time it lies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from hallmark.systems.screening.plain.reading import LAWFUL_BASES
from hallmark.systems.screening.plain.tables import Tables

Values = Mapping[str, Any]
DAY = 86_400.0


@dataclass(frozen=True)
class Step:
    """A transaction of a story: values beside the ordinary ones, None to leave one out.

    `before` are seconds before the story's time, `verified` seconds between the proof of identity and the transaction.
    `prefix` begins the customer's id, `merchant` the merchant's.
    """

    values: Values = field(default_factory=dict)
    before: float = 0
    verified: float | None = None
    prefix: str = ""
    merchant: str = ""
    of_day: float | None = None


Story = list[Step]
_ALL = {"name_present": True, "address_present": True}


def stories(tables: Tables) -> dict[str, Story]:
    """Return the stories by name; `tables` name the countries."""
    return {**_amounts(), **_repeats(), **_parties(), **_cash(), **_transfers(), **_identities(), **_places(tables)}


def _amounts() -> dict[str, Story]:
    amounts = (0.01, 0.99, 1, 999, 1000, 1000.01, 2000, 9999.99, 10_000, 10_000.01, 12_000, 999_999.99, 1_000_000)
    found = {f"{amount} USD": [Step({"amount": amount})] for amount in amounts}
    others = (("JPY", 3000), ("JPY", 3001), ("KWD", 12.345), ("EUR", 1000), ("CLF", 1.2345), ("VND", 1), ("GBP", 0.5))
    return found | {f"{amount} {code}": [Step({"amount": amount, "currency": code})] for code, amount in others}


def _repeats() -> dict[str, Story]:
    gaps = {f"{gap} s after the last": [Step(before=gap), Step()] for gap in (0, 0.001, 59.999, 60, 61)}
    windows = ((599.999, 300), (600, 300), (600, 599.999), (600.001, 60))
    threes = {f"three within {first} s": [Step(before=first), Step(before=second), Step()] for first, second in windows}
    return gaps | threes | {"five in a row": [Step(before=before) for before in (240, 180, 120, 60, 0)]}


def _parties() -> dict[str, Story]:
    merchants = {f"merchant {name}": [Step(merchant=name)] for name in ("TEST", "temp-", "Tempo", "aTEST", "TES")}
    guests = {f"customer {name}": [Step(prefix=name)] for name in ("GUEST-", "anon_", "Anonymous", "xguest", "GUES")}
    worst = {"amount": 12_000, "merchant_country": "CA"}
    levels = {
        "24 at most": [Step({"amount": 1000, "merchant_country": "CA"})],
        "25": [Step({"merchant_country": "CA"}, prefix="GUEST")],
        "45": [Step({"amount": 12_000}, prefix="GUEST")],
        "50": [Step(before=30), Step({"merchant_country": "CA"})],
        "70": [Step(before=30), Step({"merchant_country": "CA"}, merchant="TEST")],
        "75": [Step(before=30, prefix="GUEST"), Step(prefix="GUEST", merchant="TEST")],
        "more than 100": [
            *(Step(worst, before, prefix="ANON", merchant="TEMP") for before in (50.0, 20.0)),
            Step(worst, prefix="ANON", merchant="TEMP"),
        ],
    }
    return merchants | guests | {f"score {name}": steps for name, steps in levels.items()}


def _cash() -> dict[str, Story]:
    def cash(amount: float, before: float = 0, of_day: float | None = None, channel: str = "cash") -> Step:
        return Step({"amount": amount, "channel": channel}, before, of_day=of_day)

    return {
        "cash of 10,000": [cash(10_000)],
        "cash above 10,000": [cash(10_000.01)],
        "cash that sums to 10,000": [cash(4000, 120), cash(6000)],
        "cash that sums above": [cash(4000.01, 120), cash(6000)],
        "cash beside a card": [cash(9000, 120, channel="card"), cash(6000)],
        "cash of two days": [cash(6000, of_day=-1), cash(6000, of_day=1)],
        "cash at midnight": [cash(6000, of_day=-0.001), cash(6000, of_day=0)],
        "cash of one day": [cash(6000, of_day=0), cash(6000, of_day=86_399.999)],
        "cash within a day": [cash(6000, DAY - 0.001), cash(6000)],
        "cash a day ago": [cash(6000, DAY), cash(6000)],
        "cash beside more": [cash(11_000, 7200), cash(500)],
        "cash three times": [cash(4000, 7200), cash(4000, 3600), cash(4000)],
    }


def _transfers() -> dict[str, Story]:
    found: dict[str, Story] = {}
    for amount, names in product((2999.99, 3000), ((_ALL, _ALL), (_ALL, {"name_present": True}), (None, _ALL))):
        values = {"amount": amount, "channel": "transfer", "originator": names[0], "beneficiary": names[1]}
        found[f"transfer of {amount} {len(found)}"] = [Step(values)]
    false = {"name_present": True, "address_present": False}
    found["transfer without an address"] = [
        Step({"amount": 5000, "channel": "transfer", "originator": _ALL, "beneficiary": false})
    ]
    found["card with a part of names"] = [Step({"amount": 5000, "channel": "card", "originator": false})]
    return found


def _identities() -> dict[str, Story]:
    ages = {"365 days": 365 * DAY, "365 days and more": 365 * DAY + 0.001, "now": 0.0, "later": -0.001}
    return {
        **{f"verified {name}": [Step(verified=age)] for name, age in ages.items()},
        "verified without a date": [Step({"kyc": {"status": "verified"}})],
        "unverified": [Step({"kyc": None})],
        **{f"identity {status}": [Step({"kyc": {"status": status}})] for status in ("pending", "failed")},
        **{
            f"guest of {amount} {status}": [
                Step({"amount": amount, "kyc": {"status": status} if status else None}, prefix="Guest")
            ]
            for amount, status in product((999.99, 1000), ("", "pending", "failed"))
        },
    }


def _places(tables: Tables) -> dict[str, Story]:
    lists = tables.compliance
    listed = [*lists["sanctions"]["countries"], *lists["fatf-call-for-action"]["verdicts"]]
    watched = lists["fatf-increased-monitoring"]["countries"]
    found: dict[str, Story] = {}
    for country in dict.fromkeys((*listed, *watched)):
        found[f"merchant of {country}"] = [Step({"merchant_country": country})]
    for country in dict.fromkeys((*listed, watched[0])):
        found[f"customer of {country}"] = [Step({"customer_country": country, "lawful_basis": "contract"})]
    for region in (*lists["sanctions"]["regions"], "UA-30"):
        found[f"region {region}"] = [Step({"customer_country": "UA", "region": region})]
    found["sanctions and call for action"] = [Step({"merchant_country": "MM", "customer_country": "KP"})]
    for country in (*lists["gdpr"]["countries"], "CH", "GB", "AX", "RE"):
        found[f"without a basis in {country}"] = [Step({"customer_country": country})]
    for basis in LAWFUL_BASES:
        found[f"basis {basis}"] = [Step({"customer_country": "FR", "lawful_basis": basis})]
    return found
