"""A bank's file read a second time: each rule of docs/bank_upload.md as a plain condition."""

from datetime import UTC, date, datetime, timedelta

from hallmark import clock
from hallmark.csv_files import cells, reading
from hallmark.csv_files.cells import DIGITS, LOWER, Columns
from hallmark.csv_files.problems import Problem
from hallmark.systems.bank_upload.content import Content, Reading
from hallmark.systems.bank_upload.files import MOST_BYTES, MOST_ROWS, OLDEST_DAYS, BankFile

IDENTIFIERS = ("transaction_id", "account_token", "bank_id")
OPTIONAL = ("description",)
NAMES = (
    *("transaction_id", "timestamp", "account_token", "amount", "currency", "type", "bank_id"),
    *OPTIONAL,
)
TOO_LARGE, DUPLICATE, BANK = "too-large", "duplicate-in-file", "bank"
_ID = "transaction_id"


def read(content: bytes, bank: str, report_date: str, received: datetime, most_rows: int = MOST_ROWS) -> Reading:
    """Return what is to be expected of a bank's file that was received then, an aware time: rows, or problems."""
    if len(content) > MOST_BYTES:
        return [Problem(1, None, TOO_LARGE)]
    found = reading.read(content, columns(report_date, received), most_rows)
    if isinstance(found, Problem):
        return [found]
    problems = [problem for row in _across(found, bank) for problem in row.problems]
    return problems or {row.line: _content(row.cells) for row in found}


def refused(file: BankFile, sent_at: datetime) -> int:
    """Return the status of what is refused whatever is in it, for its day or its name; else 0."""
    today, day = sent_at.astimezone(UTC).date(), date.fromisoformat(file.report_date)
    if not today - timedelta(days=OLDEST_DAYS) <= day <= today:
        return 400
    return 0 if file.name.lower().endswith(".csv") else 415


def columns(report_date: str, received: datetime) -> Columns:
    """Return the columns of a file for a date."""

    def is_valid(name: str, cell: str) -> bool:
        match name:
            case "transaction_id":
                return cells.is_identifier(cell) and len(cell) >= 8
            case "timestamp":
                moment = cells.moment(cell)
                is_of_day = moment is not None and f"{moment.astimezone(UTC):%Y-%m-%d}" == report_date
                return is_of_day and cells.is_within(cell, received)
            case "account_token":
                return cells.is_identifier(cell) and len(cell) >= 6
            case "amount":
                return cells.is_amount(cell) and not cell.startswith("-")
            case "currency":
                return cell in cells.minor_units()
            case "type":
                return cell in ("debit", "credit")
            case "bank_id":
                return len(cell) >= 3 and cell[0] in LOWER and all(one in LOWER + DIGITS + "-" for one in cell)
            case _:
                return True

    return Columns(
        names=NAMES,
        optional=OPTIONAL,
        identifiers=IDENTIFIERS,
        free=("description",),
        most={"transaction_id": 64, "account_token": 64, "bank_id": 32, "description": 140},
        rules={"currency": "currency", "timestamp": "time"},
        is_valid=is_valid,
    )


def _across(rows: list[reading.Row], bank: str) -> list[reading.Row]:
    """Return the rows with what only shows beside others: another bank's rows, ids that came before."""
    seen: set[str] = set()
    found = []
    for row in rows:
        broken = {problem.column: problem.rule for problem in row.problems}
        if "bank_id" in row.cells and "bank_id" not in broken and row.cells["bank_id"] != bank:
            broken["bank_id"] = BANK
        if _ID in row.cells and _ID not in broken:
            if row.cells[_ID] in seen:
                broken[_ID] = DUPLICATE
            seen.add(row.cells[_ID])
        order = list(row.cells) or [None]
        problems = tuple(Problem(row.line, name, broken[name]) for name in order if name in broken)
        found.append(row._replace(problems=problems))
    return found


def _content(cells_of: dict[str, str]) -> Content:
    moment = cells.moment(cells_of["timestamp"])
    assert moment is not None
    return Content(
        transaction_id=cells_of["transaction_id"],
        timestamp=clock.to_text(moment),
        account_token=cells_of["account_token"],
        amount=_minor_units(cells_of["amount"], cells_of["currency"]) * (-1 if cells_of["type"] == "debit" else 1),
        currency=cells_of["currency"],
        type=cells_of["type"],
        description=cells_of.get("description") or None,
    )


def _minor_units(amount: str, currency: str) -> int:
    whole, _, decimals = amount.partition(".")
    return int(whole + decimals.ljust(cells.minor_units()[currency], "0"))
