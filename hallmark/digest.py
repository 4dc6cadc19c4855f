"""A digest of all that a stage keeps, part by part, in an order of its own."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from hallmark.progress import Callback, Progress
from hallmark.stage import Stage

_BATCH = 200


class Record(NamedTuple):
    """One record: the item that it belongs to, and the SHA-256 of its content, hex."""

    item: str
    sha256: str


Wanted = frozenset[str] | None
Reader = Callable[[Stage, Wanted], Iterable[tuple[str, Record]]]


class DigestPart(NamedTuple):
    """One kind of records, and what reads them by their keys; it may leave out those of items that nobody wants."""

    name: str
    read: Reader


@dataclass(frozen=True)
class Part:
    """One kind of records, by their keys."""

    name: str
    records: Mapping[str, Record]

    @property
    def sha256(self) -> str:
        """SHA-256, hex, over the lines `<key> <SHA-256 of the content>` in the order of the keys' code points."""
        lines = (f"{key} {record.sha256}\n" for key, record in sorted(self.records.items()))
        return sha256("".join(lines).encode())


@dataclass(frozen=True)
class Digest:
    """What a stage kept at one time; equal digests are equal byte for byte."""

    parts: tuple[Part, ...]

    @property
    def sha256(self) -> str:
        """SHA-256, hex, over the lines `<part> <SHA-256 of the part>`."""
        return sha256("".join(f"{part.name} {part.sha256}\n" for part in self.parts).encode())

    def to_dict(self) -> dict[str, Any]:
        """The digest as it is written to JSON: the whole, and of each part the count and the digest."""
        parts = {part.name: {"records": len(part.records), "sha256": part.sha256} for part in self.parts}
        return {"sha256": self.sha256, "parts": parts}


@dataclass(frozen=True)
class Difference:
    """What one digest has more, less or otherwise than an earlier one, as `<part>: <key>`.

    `restored` are records that were missing of items that were there; `arrived` are those of new ones.
    """

    restored: tuple[str, ...]
    arrived: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def harmless(self) -> bool:
        """Whether everything that was there is still there, byte for byte."""
        return not self.removed and not self.changed


def digest(
    stage: Stage,
    parts: Iterable[DigestPart],
    only: Collection[str] | None = None,
    progress: Callback = lambda _: None,
) -> Digest:
    """Read everything that a stage keeps, or what it keeps of the items with the ids `only`.

    Tables are read consistently; a stage that is at work changes meanwhile, and so does its digest.
    """
    wanted = frozenset(only) if only is not None else None

    def part(name: str, records: Iterable[tuple[str, Record]]) -> Part:
        kept = {}
        for key, record in records:
            if wanted is None or record.item in wanted:
                kept[key] = record
                if len(kept) % _BATCH == 0:
                    progress(Progress(f"reading the {name}", len(kept), len(kept), Counter()))
        progress(Progress(f"reading the {name}", len(kept), len(kept), Counter()))
        return Part(name, kept)

    return Digest(tuple(part(name, read(stage, wanted)) for name, read in parts))


def compare(before: Digest, after: Digest) -> Difference:
    """Return what has become of the records of `before`, and what is new."""
    known = {record.item for part in before.parts for record in part.records.values()}
    restored: list[str] = []
    arrived: list[str] = []
    removed: list[str] = []
    changed: list[str] = []
    for old, new in zip(before.parts, after.parts, strict=True):
        for key, record in sorted(new.records.items()):
            if key not in old.records:
                (restored if record.item in known else arrived).append(f"{new.name}: {key}")
            elif old.records[key] != record:
                changed.append(f"{new.name}: {key}")
        removed += [f"{old.name}: {key}" for key in sorted(old.records.keys() - new.records.keys())]
    return Difference(tuple(restored), tuple(arrived), tuple(removed), tuple(changed))


def sha256(content: bytes) -> str:
    """Return the SHA-256 of a content, hex."""
    return hashlib.sha256(content).hexdigest()
