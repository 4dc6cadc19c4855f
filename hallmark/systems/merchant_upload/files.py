"""Merchants' files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from hallmark.sending import files
from hallmark.sending.files import SentFile

ROWS = 100


class MerchantFile(SentFile):
    """One file of one merchant."""

    @property
    def merchant(self) -> str:
        """The merchant whose key sends it."""
        return self.owner


def read(paths: Sequence[Path], merchants: Sequence[str]) -> Iterator[MerchantFile]:
    """Yield the files, assigned to the merchants in turn; UserError for one that cannot be read."""
    for number, path in enumerate(paths):
        yield MerchantFile(merchants[number % len(merchants)], path.name, files.read(path), number)
