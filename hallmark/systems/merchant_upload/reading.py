"""A merchant's file's second, plain reading, in the ledger's words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hallmark.csv_files import reading
from hallmark.csv_files.cells import moment
from hallmark.csv_files.problems import Problem
from hallmark.systems.merchant_upload.content import Content, Reading, Record
from hallmark.systems.merchant_upload.plain_cells import NAMES, columns

MOST_ROWS = 50_000


def read(content: bytes, created: datetime, most_rows: int = MOST_ROWS) -> Reading:
    """Return what is to be expected of a file whose object was created then, an aware time."""
    found = reading.read(content, columns(created), most_rows)
    return found if isinstance(found, Problem) else tuple(map(_record, found))


def _record(row: reading.Row) -> Record:
    values = None if row.problems else {name: _value(name, row.cells.get(name, "")) for name in NAMES}
    return Record(row.line, Content(**values) if values else None, row.problems)


def _value(name: str, cell: str) -> Any:
    """Return the value of a valid cell: milliseconds since 1970, Decimal, bool or text; None if it is absent."""
    if name == "timestamp":
        found = moment(cell)
        return None if found is None else (found - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    if name == "amount":
        return Decimal(cell)
    if name == "card_present":
        return cell == "true"
    return cell or None
