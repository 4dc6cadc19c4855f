"""Banks' files: named on the command line, or generated."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hallmark import clock
from hallmark.sending import files
from hallmark.sending.files import SentFile
from infra.errors import UserError

ROWS, MOST_ROWS, MOST_BYTES = 100, 40_000, 4_500_000
# Reports are of today, or at most so many days old.
OLDEST_DAYS = 400
PLAIN = "a file"


@dataclass(frozen=True)
class BankFile(SentFile):
    """One file of one bank for one report date (YYYY-MM-DD); `form` is how it is posted, one of `forms.FORMS`."""

    report_date: str
    form: str = PLAIN

    @property
    def bank(self) -> str:
        """The bank whose key sends it."""
        return self.owner


def read(paths: Sequence[Path], banks: Sequence[str], bank: str | None, report_date: str | None) -> Iterator[BankFile]:
    """Yield named files: of the named bank and date, or of those that the first row says; UserError if it does not."""
    for number, path in enumerate(paths):
        content = files.read(path)
        said = _first_row(content)
        owner = bank or said.get("bank_id", "")
        if owner not in banks:
            raise UserError(f"{path} names no bank of the stage in its first row: give --bank {'|'.join(banks)}")
        yield BankFile(owner, path.name, content, number, report_date or _day(said.get("timestamp", "")))


def known(bank: str | None, banks: Sequence[str]) -> str | None:
    """Return the named bank; UserError when the stage has none of that name."""
    if bank is not None and bank not in banks:
        raise UserError(f"the stage has no bank {bank}: name one of {', '.join(banks)}")
    return bank


def _first_row(content: bytes) -> dict[str, str]:
    """Return the first row's cells by column, as far as they can be read: a broken file is still sent."""
    text = content[:65_536].decode("utf-8-sig", "replace").replace("\0", "")
    records = (record for record in csv.reader(text.splitlines(keepends=True)) if record)
    try:
        header = [name.strip(" ") for name in next(records, [])]
        return dict(zip(header, next(records, []), strict=False))
    except csv.Error:
        return {}


def _day(timestamp: str) -> str:
    """Return the day of a time in UTC, by default today's."""
    try:
        return f"{clock.from_text(timestamp):%Y-%m-%d}"
    except ValueError:
        return f"{clock.now():%Y-%m-%d}"


def report_day(moment: datetime | None, default: datetime) -> str:
    """Return a moment's day as a report date."""
    return f"{moment or default:%Y-%m-%d}"
