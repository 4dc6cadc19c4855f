"""Merchants' files: read, or generated with a seed."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from infra.errors import UserError

ROWS = 100
_COLUMNS = "transaction_id,timestamp,card_token,amount,currency,country,merchant_category,card_present"
_CATEGORIES = ("grocery", "electronics", "books", "travel", "fashion")
_PLACES = (("USD", "US"), ("EUR", "DE"), ("EUR", "FR"), ("GBP", "GB"))
_BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


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


def generate(files: int, rows: int, seed: int, merchants: Sequence[str]) -> Iterator[MerchantFile]:
    """Yield files of CSV rows, the same for the same arguments, assigned to the merchants in turn."""
    drawn = Random(seed)
    for number in range(files):
        lines = [_COLUMNS, *(_row(drawn, number, row) for row in range(rows))]
        content = "".join(f"{line}\r\n" for line in lines).encode()
        yield MerchantFile(merchants[number % len(merchants)], f"generated-{seed}-{number}.csv", content, number)


def _row(drawn: Random, number: int, row: int) -> str:
    currency, country = drawn.choice(_PLACES)
    moment = _BEGIN + timedelta(seconds=drawn.randrange(28 * 86_400))
    cells = (
        f"txn-{number:04d}-{row:06d}-{drawn.getrandbits(32):08x}",
        f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        f"tok_{drawn.getrandbits(40):010x}a",
        f"{drawn.randrange(100, 50_000) / 100:.2f}",
        currency,
        country,
        drawn.choice(_CATEGORIES),
        drawn.choice(("true", "false")),
    )
    return ",".join(cells)
