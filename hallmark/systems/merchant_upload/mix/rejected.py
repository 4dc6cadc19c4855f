"""Rows that break one rule each."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hallmark.csv_files.layout import Draft
from hallmark.systems.merchant_upload.mix.draft import Drawer

# By rule: columns and values that break it; a value keeps the length and the quotes that its column asks for.
CELLS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "required": tuple(
        (column, "")
        for column in (
            "transaction_id",
            "timestamp",
            "card_token",
            "amount",
            "currency",
            "country",
            "merchant_category",
            "card_present",
        )
    ),
    "too-long": (
        ("transaction_id", "t" * 65),
        ("card_token", "t" * 65),
        ("merchant_category", "c" * 33),
        ("merchant_category", "c" * 1001),
    ),
    "formula": (("merchant_category", "=cmd"), ("merchant_category", "@sum"), ("merchant_category", "-one")),
    "format": (
        ("transaction_id", "short"),
        ("transaction_id", "up_01JEXAMPLE"),
        ("transaction_id", "txn with spaces"),
        ("card_token", "tok#hash"),
        ("card_token", "tök_umlaut"),
        ("amount", "1,000.00"),
        ("amount", "1e3"),
        ("amount", "NaN"),
        ("amount", "0.00"),
        ("amount", "12,50"),
        ("amount", " 5.00"),
        ("amount", "1234567890123.00"),
        ("amount", "\uff15.00"),
        ("merchant_category", "Grocery"),
        ("merchant_category", "two\nlines"),
        ("card_present", "TRUE"),
        ("card_present", "1"),
    ),
    "currency": (("currency", "XAU"), ("currency", "ZZZ"), ("currency", "HRK"), ("currency", "usd")),
    "country": (("country", "UK"), ("country", "EU"), ("country", "XK"), ("country", "us")),
    "time": (
        ("timestamp", "2026-10-01 10:00:00Z"),
        ("timestamp", "2026-10-01T10:00:00"),
        ("timestamp", "2026-10-01T10:00Z"),
        ("timestamp", "2026-10-01t10:00:00z"),
        ("timestamp", "2016-12-31T23:59:60Z"),
        ("timestamp", "2026-10-01T24:00:00Z"),
        ("timestamp", "2026-02-30T10:00:00Z"),
        ("timestamp", "1999-12-31T23:59:59Z"),
        ("timestamp", "2199-01-01T00:00:00Z"),
    ),
    "time-zone": (("time_zone", "Mars/Olympus"), ("time_zone", "Europe/Nowhere")),
}
CARD_NUMBERS = (
    ("card_token", "4111111111111111"),
    ("merchant_category", "paid 4111 1111 1111 1111"),
    ("merchant_category", "\uff14\uff11\uff11\uff11" + "1111" * 3),
    ("card_token", "5555-5555-5555-4444"),
    ("country", "378282246310005"),
)


def _decimals(row: Draft, drawer: Drawer) -> Draft:
    currency, amount = drawer.drawn.choice((("JPY", "10.5"), ("USD", "1.234"), ("KWD", "1.2345"), ("CLF", "0.12345")))
    return row.having(currency=currency, amount=amount)


def _columns(row: Draft, drawer: Drawer) -> Draft:
    return replace(row, cut=1) if drawer.drawn.random() < 0.5 else replace(row, extra=("one-more",))


# What takes more than one cell.
_ROWS: Mapping[str, Callable[[Draft, Drawer], Draft]] = {"decimals": _decimals, "columns": _columns}
RULES = (*CELLS, *_ROWS)


def rejected(row: Draft, rule: str, drawer: Drawer) -> Draft:
    """Return a good row made to break a rule."""
    if rule in _ROWS:
        return _ROWS[rule](row, drawer)
    column, value = drawer.drawn.choice(CELLS[rule])
    return row.having(**{column: value})


def with_card_number(row: Draft, drawer: Drawer) -> Draft:
    """Return the row with a card number in one of its cells, in one of several disguises."""
    column, value = drawer.drawn.choice(CARD_NUMBERS)
    return row.having(**{column: value})
