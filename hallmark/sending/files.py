"""Files as items: each is of one owner, whose key sends it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.errors import UserError


@dataclass(frozen=True)
class SentFile:
    """One file of one owner, the `number`-th of a run; files are independent, so each has its own lane."""

    owner: str
    name: str
    content: bytes
    number: int

    @property
    def id(self) -> str:
        """The id that the ledger counts."""
        return f"{self.owner}/{self.name}#{self.number}"

    @property
    def lane(self) -> str:
        """The file's own lane."""
        return self.id

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def read(path: Path) -> bytes:
    """Return the content of a file; UserError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}") from None


def first(owners: Sequence[str], wanted: int | None, nouns: str, option: str) -> list[str]:
    """Return the first so many of a stage's owners, by default all; UserError when there are fewer."""
    if wanted is not None and wanted > len(owners):
        raise UserError(f"the stage has {len(owners)} {nouns}: give {option} at most {len(owners)}")
    return list(owners[:wanted])
