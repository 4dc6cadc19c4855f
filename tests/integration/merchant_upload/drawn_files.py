"""Merchants' files that Hypothesis draws."""

from datetime import UTC, datetime

from hypothesis.strategies import SearchStrategy

from tests.support import drawn_csv

CREATED = datetime(2026, 11, 20, 15, 40, 7, 123_456, tzinfo=UTC)
_GOOD: dict[str, tuple[str, ...]] = {
    "transaction_id": ("txn-0001", "A" * 64, "0e9f2c1a-7b3d-4f60-8a21-5c6d7e8f9012", "order_7_of_9"),
    "timestamp": ("2026-11-20T15:40:07Z", "2024-02-29T23:59:59.9999+23:59", "2000-01-01T00:00:00-00:00"),
    "card_token": ("tok_a1", "t" * 64, "tok-4111x"),
    "amount": ("12.50", "-0.01", "7", "000000000001.5", "999999999999.99", "12.5", "3.125", "0.0001"),
    "currency": ("USD", "EUR", "JPY", "KWD", "CLF", "UYW", "XOF"),
    "country": ("US", "DE", "GB", "AQ"),
    "merchant_category": ("grocery", "gift-cards", "a" * 32, "a1"),
    "card_present": ("true", "false"),
    "time_zone": ("Europe/Amsterdam", "UTC", "America/Argentina/Buenos_Aires", "US/Eastern", ""),
}
_WRONG: dict[str, tuple[str, ...]] = {
    "transaction_id": (
        "up_01ARZ3NDEK",
        "short-7",
        "A" * 65,
        "-begins-so",
        "_begins-so",
        "has space",
        "has.dot.s",
        "idé-0001",
    ),
    "timestamp": (
        *("2026-11-20t15:40:07Z", "2026-11-20T15:40:07z", "2026-11-20T15:40:07", "2026-11-20T15:40Z", "2026-11-20"),
        *("2026-11-20 15:40:07Z", "2026-11-20T24:00:00Z", "2026-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "1.7e12"),
        *("2026-11-20T15:40:07.Z", "2026-11-20T15:40:07,5Z", "2026-11-20T15:40:07+24:00", "2026-11-20T15:40:07+0100"),
        *("1999-12-31T23:59:59.999Z", "2000-01-01T00:00:00+00:01", "1999-12-31T23:59:59-00:01", "0000-01-01T00:00:00Z"),
        *(
            "2026-11-20T15:45:07.123Z",
            "2026-11-20T15:45:07.1239Z",
            "2026-11-20T15:45:07.124Z",
            "9999-12-31T23:59:59-23:59",
        ),
        *("\u0662026-11-20T15:40:07Z", "2026-11-20T15:40:07+\uff10\uff11:00", "0001-01-01T00:00:00+23:59"),
        *(
            "2026-11-20T15:40:07Z\n",
            "2026-13-01T00:00:00Z",
            "20261120T154007Z",
            "+2026-11-20T15:40:07Z",
            "2026-11-20T15:40:61Z",
        ),
    ),
    "card_token": ("tok_a", "t" * 65, "tok a1b2", "tok\n123", "up_tok"),
    "amount": (
        *(
            "0",
            "-0.00",
            "+1",
            "1e3",
            "NaN",
            "Infinity",
            "1,000.00",
            "12,5",
            ".5",
            "5.",
            "--1",
            "1_000",
            "$5",
            "٣",
            "\uff11",
        ),
        *("1000000000000", "0000000000001", "1.234", "1.23456", "7.0", "0x10", "1 000", "- 1", "1.2.3", "-", "12.5\n"),
    ),
    "currency": ("usd", "BGN", "HRK", "ANG", "XAU", "XXX", "XTS", "US", "USDX", "\uff35SD", "EUR\n"),
    "country": ("us", "UK", "EU", "XK", "USA", "ZZ", "\uff35S", "İS", "D"),
    "merchant_category": ("Grocery", "g", "a" * 33, "-food", "gift cards", "gift_cards", "1food", "bücher"),
    "card_present": ("True", "TRUE", "1", "yes", "wahr", "true\n"),
    "time_zone": (
        "europe/amsterdam",
        "PST",
        "Factory",
        "../../etc/passwd",
        "/etc/localtime",
        "Europe/",
        "Mars/Base",
        "+01:00",
    ),
}


def files() -> SearchStrategy[bytes]:
    """Return the bytes of files of up to six rows."""
    return drawn_csv.files(_GOOD, _WRONG, "time_zone")
