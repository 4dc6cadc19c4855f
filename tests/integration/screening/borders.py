"""For each field, values at its borders: those it takes, and those that break a rule."""

from typing import Any

ABSENT = object()
# What a field takes.
TAKEN: tuple[tuple[str, Any], ...] = (
    *(("transaction_id", value) for value in ("a1234567", "A" + "-" * 63, "0_______", "txn-2026-11-30-000001")),
    ("timestamp", "2000-01-01T00:00:00Z"),
    ("timestamp", "2026-11-30T12:05:00.000Z"),
    ("timestamp", "2026-11-30t12:05:00.0009z"),
    ("timestamp", "2026-11-30T17:35:00+05:30"),
    ("timestamp", "1999-12-31T23:59:00.000-00:01"),
    ("timestamp", "2024-02-29T00:00:00.123456789-23:59"),
    *(("amount", value) for value in (0.01, 1, 1.0, 12.50, 1e2, 2.675e2)),
    *(("currency", value) for value in ("USD", "KWD", "CHF")),
    *(("merchant_id", value) for value in ("abc", "9" + "_" * 63, "TEST-1", "temporary")),
    *(("customer_id", value) for value in ("abc", "9" + "-" * 63, "GUEST-1", "anonymous")),
    *(("merchant_country", value) for value in ("US", "KP", "AX")),
    *(("customer_country", value) for value in ("US", "IR", "GI")),
    *(("channel", value) for value in ("card", "cash", "transfer")),
    ("kyc", {"status": "verified"}),
    ("kyc", {"status": "failed", "verified_at": "2026-01-31T00:00:00Z"}),
    ("kyc.status", "pending"),
    *(("kyc.verified_at", value) for value in ("2999-12-31T23:59:59Z", "2026-01-31")),
    *(
        ("lawful_basis", value)
        for value in ("consent", "contract", "legal_obligation", "vital_interests", "public_task")
    ),
    ("lawful_basis", "legitimate_interests"),
    ("originator", {}),
    ("originator.name_present", False),
    ("originator.address_present", True),
    ("beneficiary", {}),
    ("beneficiary.name_present", True),
    ("beneficiary.address_present", False),
    *(("region", value) for value in ("UA-43", "UA-14", "UA-09", "UA-30")),
)

_TEXTS = ("transaction_id", "timestamp", "currency", "merchant_id", "customer_id", "merchant_country")
_TEXTS += ("customer_country", "channel", "kyc.status", "kyc.verified_at", "lawful_basis", "region")
_FLAGS = ("originator.name_present", "originator.address_present", "beneficiary.name_present")
_FLAGS += ("beneficiary.address_present",)
_REQUIRED = ("transaction_id", "timestamp", "amount", "currency", "merchant_id", "customer_id", "merchant_country")
_REQUIRED += ("customer_country", "kyc.status")
_COUNTRIES = ("UK", "EU", "XK", "AN", "SU", "ZZ", "us", "USA", "", "U", "U\u0405", "US ")
_PARTIES = ("", "ab", "-bc", "a" * 65, "a b", "abc\n", "ab\u00e9", "a.b")

# What breaks a rule, the first that counts.
BROKEN: tuple[tuple[str, Any, str], ...] = (
    *((field, ABSENT, "required") for field in _REQUIRED),
    *((field, value, "type") for field in _TEXTS for value in (None, 1, True, [], {}, 1.5)),
    *((field, value, "type") for field in _FLAGS for value in (None, 0, 1, "true", [], {})),
    *((field, value, "type") for field in ("kyc", "originator", "beneficiary") for value in (None, "", [], 0, True)),
    *(("amount", value, "type") for value in (None, "12.50", True, False, [], {}, float("nan"))),
    *(("transaction_id", value, "format") for value in ("", "a123456", "a" * 65, "-1234567", "a123 567", "a1234567\n")),
    *(("transaction_id", value, "format") for value in ("\u0661" * 8, "a.234567", "a1234567\x00")),
    *(("merchant_id", value, "format") for value in _PARTIES),
    *(("customer_id", value, "format") for value in _PARTIES),
    *(
        ("timestamp", value, "format")
        for value in (
            *("", "2026-11-30", "2026-11-30T11:00:00", "2026-11-30 11:00:00Z", "2026-11-30T11:00Z", "1796039998"),
            *("2026-02-29T11:00:00Z", "2026-13-01T11:00:00Z", "2026-11-30T24:00:00Z", "2026-11-30T11:59:60Z"),
            *("2026-11-30T11:00:00+24:00", "2026-11-30T11:00:00+0100", "2026-11-30T11:00:00.Z", "0000-01-01T00:00:00Z"),
            *("2026-11-30T11:00:00Z\n", "2026-11-30T11:00:00Z ", "\uff12026-11-30T11:00:00Z", "26-11-30T11:00:00Z"),
            "2026-11-30T11:00:00." + "0" * 33 + "Z",
        )
    ),
    *(
        ("timestamp", value, "timestamp-range")
        for value in (
            *("1999-12-31T23:59:59.999Z", "2000-01-01T00:00:59+00:01", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            *("2026-11-30T12:05:00.001Z", "2026-11-30T12:05:01-00:00", "2026-12-01T00:00:00Z", "9999-12-31T23:59:59Z"),
        )
    ),
    *(("amount", value, "amount-positive") for value in (0, 0.0, -0.0, -0.01, -1, float("-inf"), -(10**30))),
    *(("amount", value, "amount-decimals") for value in (0.001, 12.345, 1e-9, 0.1 + 0.2, 5e-324)),
    *(("amount", value, "amount-limit") for value in (2_000_000, 10**30, 1e300, float("inf"), 10**400)),
    *(
        ("currency", value, "currency")
        for value in ("", "usd", "US", "USDT", "HRK", "XAU", "XXX", "ZWL", "\uff35SD", "USD ")
    ),
    *(("currency", value, "no-rate") for value in ("UYW", "CLF")),
    *(("merchant_country", value, "country") for value in _COUNTRIES),
    *(("customer_country", value, "country") for value in _COUNTRIES),
    *(("channel", value, "format") for value in ("", "Card", "wire", "card ")),
    *(("kyc.status", value, "format") for value in ("", "Verified", "unknown")),
    *(
        ("kyc.verified_at", value, "format")
        for value in ("", "2026-01", "2026-02-30", "2026-01-31T00:00:00", "yesterday")
    ),
    *(("lawful_basis", value, "format") for value in ("", "Consent", "legitimate_interest", "legal obligation")),
    *(("region", value, "region") for value in ("", "UA", "UA-99", "ua-43", "43", "UA43", "ZZ-01", "UA-43 ")),
    *(("region", value, "region-country") for value in ("US-NY", "DE-BY", "RU-MOW")),
)


def placed(transaction: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """Return a transaction with a value in the place of a field's, or without the field."""
    outer, _, inner = field.partition(".")
    if inner:
        value = placed(transaction.get(outer, {}), inner, value)
    rest = {name: known for name, known in transaction.items() if name != outer}
    return rest if value is ABSENT else {**rest, outer: value}
