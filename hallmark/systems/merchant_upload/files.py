"""Merchants' files."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.errors import UserError

ROWS = 100


@dataclass(frozen=True)
class MerchantFile:
    """One file of one merchant; files are independent, so each has its own lane."""

    merchant: str
    name: str
    content: bytes
    number: int

    @property
    def id(self) -> str:
        """The id that the ledger counts."""
        return f"{self.merchant}/{self.name}#{self.number}"

    @property
    def lane(self) -> str:
        """The file's own lane."""
        return self.id

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read(paths: Sequence[Path], merchants: Sequence[str]) -> Iterator[MerchantFile]:
    """Yield the files, assigned to the merchants in turn; UserError for one that cannot be read."""
    for number, path in enumerate(paths):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UserError(f"{path} cannot be read: {error.strerror or error}") from None
        yield MerchantFile(merchants[number % len(merchants)], path.name, content, number)
