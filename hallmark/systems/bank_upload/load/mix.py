"""The mix of files of a load: valid ones, now and then one again, one beside an earlier one, and one of the largest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice
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
    """The rows of a file, and whether one file is of the most rows instead."""

    rows: int
    largest: bool


MIXES: Mapping[str, Sizes] = {
    "peak": Sizes(200, True),
    "small": Sizes(20, False),
    "largest": Sizes(2_000, True),
}
DEFAULT = "peak"


@dataclass(frozen=True)
class InTurn(BankFile):
    """A file of the lane in which the largest comes second: in the later half of a run, not in its warm-up."""

    @property
    def lane(self) -> str:
        """The lane of all of them."""
        return "largest"


@dataclass(frozen=True)
class UploadMix:
    """Files of banks, each with about as many as the others."""

    banks: Sequence[str]

    def begin(self, total: int) -> datetime:
        """Return a time of yesterday, whose times are all past; no two runs have the same."""
        return clock.now() - timedelta(days=1)

    def items(self, total: int, begin: datetime, mix: str | None) -> Iterator[BankFile]:
        """Yield files, the largest last; UserError for a mix that is not in `MIXES`."""
        if (mix or DEFAULT) not in MIXES:
            raise UserError(f"there is no mix {mix!r} of files: use {' or '.join(MIXES)}")
        sizes = MIXES[mix or DEFAULT]
        wanted = Wanted(max(0, total - sizes.largest), sizes.rows, _REGULAR, begin)
        others = generate(wanted, self.banks, TURNS)
        if sizes.largest:
            yield from (InTurn(*(getattr(one, name.name) for name in fields(one))) for one in islice(others, 1))
        yield from others
        if sizes.largest and total:
            yield largest(self.banks[-1], begin)

    def body(self, item: Item, kind: str) -> bytes:
        """Return the form that posts a file; there is no abuse."""
        assert isinstance(item, BankFile)
        return request_of(item).body


def largest(bank: str, begin: datetime) -> InTurn:
    """Return a valid file of the most rows, each filled up by its description."""
    day, plain = f"{begin:%Y-%m-%d}", Layout(COLUMNS)
    drawer = drawer_of(Wanted(1, MOST_ROWS, _LARGEST, begin), 0, bank)
    bare = (row.having(description="") for row in drawer.rows(day, MOST_ROWS))
    rows = [row.having(description="x" * (ROW_BYTES - 2 - len(plain.record(row)))) for row in bare]
    return InTurn(bank, "largest.csv", plain.bytes(rows), 0, day)
