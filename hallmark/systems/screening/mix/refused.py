"""Transactions that must be refused, of every kind: each breaks one rule, some two."""

from collections.abc import Callable, Mapping
from typing import Any

from hallmark.systems.screening.plain.reading import REQUIRED

Json = dict[str, Any]
Make = Callable[[Json], Any]
_CARD = "4111111111111111"
_NOTHING: list[Any] = []


def _having(**values: Any) -> Make:
    return lambda given: {**given, **values}


def _instead(found: Any) -> Make:
    return lambda _: found


def _without(name: str) -> Make:
    return lambda given: {key: value for key, value in given.items() if key != name}


# By rule: what makes it of a valid transaction.
KINDS: Mapping[str, tuple[Make, ...]] = {
    "too-large": (_having(note="x" * 60_000), _having(kyc=["\u00e4" * 100] * 700), _instead("x" * 130_000)),
    "not-an-object": tuple(_instead(found) for found in (_NOTHING, ["a"], "text", 7, 1.5, True, None)),
    "card-number": (
        _having(merchant_id=_CARD),
        _having(customer_id="c-5555-5555-5555-4444"),
        _having(transaction_id="378282246310005"),
        _having(note=f"paid by {_CARD}"),
        _having(amount=int(_CARD)),
        _having(**{_CARD: "x"}),
        _having(kyc={"status": "verified", "note": "4111 1111 1111 1111"}),
        _having(lawful_basis=_CARD, currency="ZZZ"),
        _having(extra=[{"deep": ["5555555555554444"]}]),
        _having(note="\uff14\uff11\uff11\uff11" + "1111" * 3),
    ),
    "unknown-field": (
        _having(note="x"),
        _having(Amount=1),
        _having(**{"": 1}),
        _having(**{"odd name\n": 1}),
        _having(kyc={"status": "verified", "by": "x"}),
        _having(originator={"name": "x"}),
        _having(note="x", amount=-1),
    ),
    "required": (*map(_without, REQUIRED), _having(kyc={}), _having(kyc={"verified_at": "2026-01-01T00:00:00Z"})),
    "type": (
        *(_having(**{name: value}) for name in REQUIRED for value in (None, True, _NOTHING, {"a": 1})),
        *(_having(amount=value) for value in ("12.50", "")),
        *(_having(timestamp=value) for value in (1764500000, 1764500000000)),
        *(_having(**{name: value}) for name in ("kyc", "originator", "beneficiary") for value in (None, "x", _NOTHING)),
        *(_having(kyc={"status": value}) for value in (None, 1)),
        _having(kyc={"status": "verified", "verified_at": None}),
        *(_having(beneficiary={"name_present": value}) for value in ("true", 1, None)),
        *(_having(**{name: None}) for name in ("channel", "lawful_basis", "region")),
    ),
    "format": (
        *(
            _having(transaction_id=value)
            for value in ("short-1", "-begins-so", "with space", "t" * 65, "täglich-1", "")
        ),
        *(_having(merchant_id=value) for value in ("ab", "_ab", "m" * 65, "a.b", "abc\n")),
        *(_having(customer_id=value) for value in ("", "c/d", "ab")),
        *(_having(timestamp=value) for value in ("2026-10-01", "2026-10-01T10:00:00", "2026-10-01 10:00:00Z", "now")),
        *(
            _having(timestamp=value)
            for value in ("2026-02-30T10:00:00Z", "2026-10-01T24:00:00Z", "2026-10-01T10:00:60Z")
        ),
        *(_having(channel=value) for value in ("Card", "wire", "")),
        *(_having(lawful_basis=value) for value in ("Consent", "none")),
        _having(kyc={"status": "VERIFIED"}),
        _having(kyc={"status": "verified", "verified_at": "2026-01"}),
    ),
    "timestamp-range": tuple(
        _having(timestamp=value)
        for value in ("1999-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z")
    ),
    "amount-positive": tuple(_having(amount=value) for value in (0, -1, -0.01, -0.0)),
    "amount-decimals": tuple(
        _having(amount=amount, currency=code)
        for amount, code in ((1.001, "USD"), (10.5, "JPY"), (1.2345, "KWD"), (0.12345, "CLF"), (1e-9, "USD"))
    ),
    "amount-limit": (_having(amount=1_000_000.01), _having(amount=10**15), _having(amount=1_000_000, currency="EUR")),
    "currency": tuple(_having(currency=value) for value in ("usd", "ZZZ", "XAU", "US", "USDX", "HRK")),
    "no-rate": tuple(_having(currency=value) for value in ("CHE", "BOV", "USN")),
    "country": (
        *(_having(merchant_country=value) for value in ("us", "XX", "UK", "USA", "EU")),
        *(_having(customer_country=value) for value in ("", "XK", "AN")),
    ),
    "region": tuple(_having(customer_country="UA", region=value) for value in ("UA-99", "ua-43", "43", "UA-", "UA")),
    "region-country": (_having(region="UA-43"), _having(customer_country="FR", region="US-CA")),
}
