"""Card transactions from a CSV file of the public layout (IBM's TabFormer credit-card data set)."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TextIO

from hallmark.systems.realtime.cards.enrichment import zone_named
from hallmark.systems.realtime.cards.merchant_categories import merchant_category
from hallmark.systems.realtime.cards.places import HOME_ZONE, place
from hallmark.systems.realtime.cards.tokens import token
from hallmark.systems.realtime.cards.transaction import Transaction
from infra.errors import UserError

COLUMNS = (
    *("User", "Card", "Year", "Month", "Day", "Time", "Amount", "Use Chip", "Merchant Name", "Merchant City"),
    *("Merchant State", "Zip", "MCC", "Errors?", "Is Fraud?"),
)
_USES = {"Swipe Transaction": False, "Chip Transaction": False, "Online Transaction": True}
_AMOUNT = re.compile(r"\$?(-?[0-9]{1,9}(?:\.[0-9]{1,2})?)", re.ASCII)
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)
_CENT = Decimal("0.01")


def read_transactions(path: Path) -> Iterator[Transaction]:
    """Yield the file's transactions in order.

    UserError with file and line for a file that cannot be read, another header, or an invalid row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _transactions(file, path)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise UserError(f"{path}: {reason}. Give the path of a CSV file of card transactions.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text. Give a CSV file of card transactions, unpacked.") from None


def _transactions(file: TextIO, path: Path) -> Iterator[Transaction]:
    rows = csv.reader(file)
    try:
        header = tuple(next(rows, ()))
        if header != COLUMNS:
            raise UserError(f"{path}:1: the header must be `{','.join(COLUMNS)}`. Add it, or give another file.")
        for number, row in enumerate(rows, start=1):
            try:
                yield _transaction(row, number)
            except ValueError as error:
                raise UserError(f"{path}:{rows.line_num}: {error}. Correct or remove this row.") from None
    except csv.Error as error:
        raise UserError(f"{path}:{rows.line_num}: {error}. Give a CSV file of card transactions.") from None


def _transaction(row: list[str], number: int) -> Transaction:
    if len(row) != len(COLUMNS):
        raise ValueError(f"{len(row)} columns instead of {len(COLUMNS)}")
    fields = dict(zip(COLUMNS, row, strict=True))
    where = place(fields["Merchant State"])
    if fields["Use Chip"] not in _USES:
        raise ValueError(f"`Use Chip` must be one of {', '.join(_USES)}")
    return Transaction(
        transaction_id=token(*chain(row, [number]), length=32),
        account_id=f"acct-{token(fields['User'], fields['Card'], length=20)}",
        ts=_moment(fields, where.zone),
        amount=_amount(fields["Amount"]),
        currency="USD",
        region=where.region,
        merchant_category=merchant_category(fields["MCC"]),
        card_not_present=_USES[fields["Use Chip"]],
        country=where.country,
        cardholder_time_zone=HOME_ZONE,
    )


def _amount(text: str) -> Decimal:
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise ValueError("`Amount` must be a number with at most two decimals")
    return Decimal(found[1]).quantize(_CENT)


def _moment(fields: dict[str, str], zone: str) -> datetime:
    """Return the row's time; in a gap the earlier offset holds, and an ambiguous time is the first of the two."""
    clock_time = _TIME.fullmatch(fields["Time"])
    if not clock_time:
        raise ValueError("`Time` must be hours and minutes, such as 6:21")
    try:
        year, month, day = (int(fields[name]) for name in ("Year", "Month", "Day"))
        return datetime(year, month, day, int(clock_time[1]), int(clock_time[2]), tzinfo=zone_named(zone), fold=0)
    except ValueError:
        raise ValueError("`Year`, `Month`, `Day` and `Time` are not a valid time") from None
