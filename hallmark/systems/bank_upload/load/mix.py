"""The mix of files of a load: valid ones, now and then one again, one beside an earlier one, and one of the largest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hallmark import clock
from hallmark.csv_files.layout import Layout
from hallmark.sending.item import Item
from hallmark.systems.bank_upload.files import MOST_ROWS, BankFile
from hallmark.systems.bank_upload.forms import request_of
from hallmark.systems.bank_upload.mix.generate import AGAIN, BESIDE, GOOD, Wanted, drawer_of, generate
from hallmark.systems.bank_upload.mix.rows import COLUMNS
from infra.errors import UserError

# What each of twenty files of a bank is: all are valid, for a refused one is no upload.
TURNS = (*(GOOD,) * 6, AGAIN, *(GOOD,) * 7, BESIDE, *(GOOD,) * 5)
# With 40,000 rows of so many bytes the largest file is of 4.4 MB: the most rows, and nearly the most bytes.
ROW_BYTES = 110
_REGULAR, _LARGEST = 1, 2


class Sizes(NamedTuple):
    """The rows of a file, and how many files are of the most rows instead."""

    rows: int
    largest: int


MIXES: Mapping[str, Sizes] = {
    "peak": Sizes(200, 1),
    "small": Sizes(20, 0),
    "largest": Sizes(2_000, 1),
}
DEFAULT = "peak"


@dataclass(frozen=True)
class UploadMix:
    """Files of banks, each with about as many as the others."""

    banks: Sequence[str]

    def begin(self, total: int) -> datetime:
        """Return a time of yesterday, whose times are all past; no two runs have the same."""
        return clock.now() - timedelta(days=1)

    def items(self, total: int, begin: datetime, mix: str | None) -> Iterator[BankFile]:
        """Yield files, the largest first; UserError for a mix that is not in `MIXES`."""
        if (mix or DEFAULT) not in MIXES:
            raise UserError(f"there is no mix {mix!r} of files: use {' or '.join(MIXES)}")
        sizes = MIXES[mix or DEFAULT]
        for number in range(min(sizes.largest, total)):
            yield largest(self.banks[-1 - number % len(self.banks)], begin, number)
        others = Wanted(max(0, total - sizes.largest), sizes.rows, _REGULAR, begin)
        yield from generate(others, self.banks, TURNS)

    def body(self, item: Item, kind: str) -> bytes:
        """Return the form that posts a file; there is no abuse."""
        assert isinstance(item, BankFile)
        return request_of(item).body


def largest(bank: str, begin: datetime, number: int = 0) -> BankFile:
    """Return a valid file of the most rows, each filled up by its description."""
    day, plain = f"{begin:%Y-%m-%d}", Layout(COLUMNS)
    drawer = drawer_of(Wanted(1, MOST_ROWS, _LARGEST + number, begin), 0, bank)
    bare = (row.having(description="") for row in drawer.rows(day, MOST_ROWS))
    rows = [row.having(description="x" * (ROW_BYTES - 2 - len(plain.record(row)))) for row in bare]
    return BankFile(bank, f"largest-{number}.csv", plain.bytes(rows), number, day)
