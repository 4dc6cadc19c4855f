"""A digest of all data that a stage stores, part by part, independent of the reading order."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from hallmark.progress import Callback, Progress
from hallmark.stage import Stage

_BATCH = 200


class Record(NamedTuple):
    """One record: its item, and the SHA-256 of its content, hex."""

    item: str
    sha256: str


Wanted = frozenset[str] | None
Reader = Callable[[Stage, Wanted], Iterable[tuple[str, Record]]]


class DigestPart(NamedTuple):
    """One kind of records, and its reader, which returns them by key and may skip those of unselected items."""

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
    """The data that a stage stored at one time; equal digests mean equal bytes."""

    parts: tuple[Part, ...]

    @property
    def sha256(self) -> str:
        """SHA-256, hex, over the lines `<part> <SHA-256 of the part>`."""
        return sha256("".join(f"{part.name} {part.sha256}\n" for part in self.parts).encode())

    def to_dict(self) -> dict[str, Any]:
        """Return the digest as JSON data: the whole, and of each part the count and the digest."""
        parts = {part.name: {"records": len(part.records), "sha256": part.sha256} for part in self.parts}
        return {"sha256": self.sha256, "parts": parts}


@dataclass(frozen=True)
class Difference:
    """The records that are added, missing or changed since an earlier digest, as `<part>: <key>`.

    `restored` are new records of existing items; `arrived` are those of new items.
    """

    restored: tuple[str, ...]
    arrived: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def harmless(self) -> bool:
        """Whether all earlier records still exist, byte for byte."""
        return not self.removed and not self.changed


def digest(
    stage: Stage,
    parts: Iterable[DigestPart],
    only: Collection[str] | None = None,
    progress: Callback = lambda _: None,
) -> Digest:
    """Read all data that a stage stores, or that of the items with the ids `only`.

    Tables are read consistently; the digest of a busy stage changes during reading.
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
    """Return the differences between two digests, from `before`."""
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
