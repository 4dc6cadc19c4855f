"""The mix of files of a load: most are small, and a few large ones have most of the rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hallmark import clock
from hallmark.sending.item import Item
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.mix.draft import DAYS
from hallmark.systems.merchant_upload.mix.generate import Wanted, generate
from hallmark.systems.merchant_upload.reading import MOST_ROWS
from hallmark.systems.merchant_upload.uploader import request_of
from infra.errors import UserError


class Sizes(NamedTuple):
    """The rows of most files, those of the large ones, and of how many files one is large, the first of them."""

    rows: int
    large: int
    every: int


MIXES: Mapping[str, Sizes] = {
    "files": Sizes(20, 600, 20),
    "small": Sizes(20, 20, 2),
    "largest": Sizes(2_000, MOST_ROWS, 1_000),
}
DEFAULT = "files"
# Rows are of the days after a run's begin, and none is of the future.
_BACK = timedelta(days=DAYS + 3)


@dataclass(frozen=True)
class FileMix:
    """Files of merchants, bad rows and broken files among them."""

    merchants: Sequence[str]

    def begin(self, total: int) -> datetime:
        """Return the start of the days of the rows; no two runs have the same."""
        return clock.now() - _BACK

    def items(self, total: int, begin: datetime, mix: str | None) -> Iterator[MerchantFile]:
        """Yield files, the large ones first; UserError for a mix that is not in `MIXES`."""
        if (mix or DEFAULT) not in MIXES:
            raise UserError(f"there is no mix {mix!r} of files: use {' or '.join(MIXES)}")
        sizes = MIXES[mix or DEFAULT]
        large = -(-total // sizes.every)
        for seed, files, rows in ((1, large, sizes.large), (2, total - large, sizes.rows)):
            yield from generate(Wanted(files, rows, seed, begin), self.merchants)

    def body(self, item: Item, kind: str) -> bytes:
        """Return the body of the request for a file's form; there is no abuse."""
        assert isinstance(item, MerchantFile)
        return request_of(item)
