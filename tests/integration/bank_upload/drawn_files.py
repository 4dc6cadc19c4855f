"""Banks' files that Hypothesis draws."""

from datetime import UTC, date, datetime

from hypothesis.strategies import SearchStrategy

from tests.support import drawn_csv

RECEIVED = datetime(2026, 11, 20, 15, 40, 7, 123_456, tzinfo=UTC)
BANK, DAY = "fjord-bank", date(2026, 11, 20)
_GOOD: dict[str, tuple[str, ...]] = {
    "transaction_id": (
        *("A" * 64, "0e9f2c1a-7b3d-4f60-8a21-5c6d7e8f9012", "order_7_of_9"),
        *(f"txn-{number:04d}" for number in range(60)),
    ),
    "timestamp": (
        *("2026-11-20T15:40:07Z", "2026-11-20T00:00:00.0009Z", "2026-11-21T00:30:00+12:00"),
        *("2026-11-19T23:30:00-08:00", "2026-11-20T15:45:07.1239Z", "2026-11-20T01:00:00-00:00"),
    ),
    "account_token": ("acct_1", "t" * 64, "tok-4111x"),
    "amount": ("12.50", "0.01", "7", "000000000001.5", "999999999999.99", "12.5", "3.125", "0.0001"),
    "currency": ("USD", "EUR", "JPY", "KWD", "CLF", "UYW", "XOF"),
    "type": ("debit", "credit"),
    "bank_id": (BANK,),
    "description": ("", "rent", 'said "no"', "two\nlines", "two\r\nlines", "x" * 140, "\U0001f4b3" * 140, "送金"),
}
_FITTING = {"amount": ("12.50", "0.01", "7", "12.5"), "currency": ("USD", "EUR", "KWD", "CLF", "UYW")}
_WRONG: dict[str, tuple[str, ...]] = {
    "transaction_id": ("short-7", "A" * 65, "-begins-so", "_begins-so", "has space", "has.dot.s", "idé-0001"),
    "timestamp": (
        *("2026-11-20t15:40:07Z", "2026-11-20T15:40:07", "2026-11-20T15:40Z", "2026-11-20", "2026-11-20 15:40:07Z"),
        *("2026-11-20T24:00:00Z", "2026-11-20T23:59:60Z", "2026-02-29T00:00:00Z", "2026-11-20T15:40:07.Z"),
        *("2026-11-20T15:45:07.124Z", "2026-11-19T23:59:59.999Z", "2026-11-21T00:00:00Z", "2026-11-20T00:30:00+01:00"),
        *("1999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"),
        "\u0662026-11-20T15:40:07Z",
    ),
    "account_token": ("acct", "t" * 65, "tok a1b2", "tok\n123"),
    "amount": (
        *("0", "0.00", "-1", "-0.00", "+1", "1e3", "NaN", "Infinity", "1,000.00", "12,5", ".5", "5.", "--1", "1_000"),
        *("$5", "٣", "\uff11", "1000000000000", "0000000000001", "1.234", "1.23456", "7.0", "12.5\n"),
    ),
    "currency": ("usd", "BGN", "HRK", "XAU", "XXX", "US", "USDX", "\uff35SD", "EUR\n"),
    "type": ("Debit", "CREDIT", "refund", "d", "debit\n"),
    "bank_id": ("another-bank", "Fjord-bank", "fj", "1jord-bank", "fjord_bank", "b" * 33, "b" + "4" * 20, "bank\n"),
    "description": ("x" * 141, "é" * 141, "=1", " x", "x\t", "\nx", "bell\x07"),
}


def files() -> SearchStrategy[bytes]:
    """Return the bytes of files of up to six rows."""
    return drawn_csv.files(_GOOD, _WRONG, "description")


def mostly_valid_files() -> SearchStrategy[bytes]:
    """Return the same with few wrong cells, in amounts of any currency: a file is valid only if every cell is."""
    return drawn_csv.files({**_GOOD, **_FITTING}, _WRONG, "description", share=2_000)
