"""Rows that break one rule each, and the files that are refused for them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hallmark.csv_files.layout import Draft, Layout
from hallmark.csv_files.refused import Make, kinds
from hallmark.systems.bank_upload.files import MOST_BYTES, MOST_ROWS
from hallmark.systems.bank_upload.mix.rows import COLUMNS
from hallmark.systems.bank_upload.reading import DUPLICATE, OPTIONAL, TOO_LARGE

_PLAIN = Layout(COLUMNS)
# By rule: columns and values that break it.
CELLS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "required": tuple((column, "") for column in COLUMNS if column not in OPTIONAL),
    "too-long": (
        *(("transaction_id", "t" * 65), ("account_token", "t" * 65), ("bank_id", "b" * 33)),
        *(("description", "d" * 141), ("description", "d" * 1_001), ("currency", "U" * 1_001)),
    ),
    "formula": tuple(("description", cell) for cell in ("=cmd", "+1", "-one", "@sum", "\tx")),
    "card-number": (
        *(("account_token", "4111111111111111"), ("description", "paid 4111 1111 1111 1111")),
        *(("description", "\uff14\uff11\uff11\uff11" + "1111" * 3), ("account_token", "5555-5555-5555-4444")),
        ("type", "378282246310005"),
    ),
    "format": (
        *(("transaction_id", "short"), ("transaction_id", "=txn-0001"), ("transaction_id", "txn with spaces")),
        *(("account_token", "@acct1"), ("account_token", "täglich"), ("account_token", "acct")),
        *(("amount", cell) for cell in ("-5.00", "0.00", "1e3", "1,000.00", " 5.00", "1234567890123", "\uff15.00")),
        *(("type", "Debit"), ("type", "refund"), ("bank_id", "Bank"), ("bank_id", "b-"), ("bank_id", "1st-bank")),
        *(("description", " x"), ("description", "bell\x07"), ("currency", "USD ")),
    ),
    "currency": tuple(("currency", cell) for cell in ("XAU", "ZZZ", "HRK", "usd")),
    "time": tuple(
        ("timestamp", cell)
        for cell in (
            *("2026-10-01 10:00:00Z", "2026-10-01T10:00:00", "2026-10-01T10:00Z", "2026-10-01t10:00:00z"),
            *("2016-12-31T23:59:60Z", "2026-10-01T24:00:00Z", "1999-12-31T23:59:59Z", "2199-01-01T00:00:00Z"),
        )
    ),
    "bank": (("bank_id", "another-bank"),),
}


def _row_again(rows: Sequence[Draft]) -> bytes:
    return _PLAIN.bytes([*rows, rows[0].having(description="again")])


def _decimals(rows: Sequence[Draft]) -> bytes:
    wrong = (("JPY", "10.5"), ("USD", "1.230"), ("KWD", "1.2345"), ("CLF", "0.12345"))
    made = [rows[0].having(transaction_id=f"txn-decimals-{code}", currency=code, amount=cell) for code, cell in wrong]
    return _PLAIN.bytes([*rows, *made])


def _columns(rows: Sequence[Draft]) -> bytes:
    return _PLAIN.bytes([rows[0], replace(rows[1], cut=1), replace(rows[2], extra=("one-more",)), *rows[3:]])


def _too_large(rows: Sequence[Draft]) -> bytes:
    good = _PLAIN.bytes(rows)
    return good + b"\n" * (MOST_BYTES + 1 - len(good))


def _cells(rule: str) -> Make:
    """Return what makes a file with a row for each cell that breaks a rule, behind good ones."""

    def make(rows: Sequence[Draft]) -> bytes:
        first = rows[0].cells["transaction_id"]
        made = [
            rows[0].having(**{"transaction_id": f"{first}-{number}", column: cell})
            for number, (column, cell) in enumerate(CELLS[rule])
        ]
        return _PLAIN.bytes([*rows, *made])

    return make


def _many(rows: Sequence[Draft]) -> bytes:
    """Return a file with more problems than are shown, of every rule."""
    every = [cell for cells in CELLS.values() for cell in cells] * 3
    first = rows[0].cells["transaction_id"]
    made = [
        rows[0].having(**{"transaction_id": f"{first}-{number}", column: cell})
        for number, (column, cell) in enumerate(every)
    ]
    return _PLAIN.bytes([*made, *rows])


# What is wrong -> the rule, and what makes a file so of a few good rows; each is the only one of the file, but for the
# last, which has all.
KINDS: Mapping[str, tuple[str, Make]] = {
    "id twice": (DUPLICATE, _row_again),
    **{f"cells: {rule}": (rule, _cells(rule)) for rule in CELLS},
    "decimals": ("decimals", _decimals),
    "number of cells": ("columns", _columns),
    **kinds(COLUMNS, MOST_ROWS),
    "too many bytes": (TOO_LARGE, _too_large),
    "many problems": ("", _many),
}
