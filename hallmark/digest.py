"""A digest of all that a stage keeps: transactions, audit trail and processed objects, in an order of their own."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from hallmark.ledger.parallel import each
from hallmark.stage import Stage
from hallmark.traffic.outcome import Callback, Progress

TRANSACTIONS, AUDIT_LOGS, OBJECTS = "transactions", "audit records", "processed objects"
_PREFIX = "processed/"
_BATCH = 200


class Record(NamedTuple):
    """One record: the transaction it tells of, and the SHA-256 of its content, hex."""

    transaction_id: str
    sha256: str


@dataclass(frozen=True)
class Part:
    """One kind of records, by their keys."""

    name: str
    records: Mapping[str, Record]

    @property
    def sha256(self) -> str:
        """SHA-256, hex, over the lines `<key> <SHA-256 of the content>` in the order of the keys' code points."""
        lines = (f"{key} {record.sha256}\n" for key, record in sorted(self.records.items()))
        return _sha256("".join(lines).encode())


@dataclass(frozen=True)
class Digest:
    """What a stage kept at one time; equal digests are equal byte for byte."""

    parts: tuple[Part, ...]

    @property
    def sha256(self) -> str:
        """SHA-256, hex, over the lines `<part> <SHA-256 of the part>`."""
        return _sha256("".join(f"{part.name} {part.sha256}\n" for part in self.parts).encode())

    def to_dict(self) -> dict[str, Any]:
        """The digest as it is written to JSON: the whole, and of each part the count and the digest."""
        parts = {part.name: {"records": len(part.records), "sha256": part.sha256} for part in self.parts}
        return {"sha256": self.sha256, "parts": parts}


@dataclass(frozen=True)
class Difference:
    """What one digest has more, less or otherwise than an earlier one, as `<part>: <key>`.

    `restored` are records that were missing of transactions that were there; `arrived` are those of new ones.
    """

    restored: tuple[str, ...]
    arrived: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def harmless(self) -> bool:
        """Whether everything that was there is still there, byte for byte."""
        return not self.removed and not self.changed


def digest(stage: Stage, only: Collection[str] | None = None, progress: Callback = lambda _: None) -> Digest:
    """Read everything that a stage keeps, or what it keeps of the transactions with the ids `only`.

    Tables are read consistently; a stage that is at work changes meanwhile, and so does its digest.
    """
    wanted = frozenset(only) if only is not None else None

    def part(name: str, records: Iterable[tuple[str, Record]]) -> Part:
        kept = {}
        for key, record in records:
            if wanted is None or record.transaction_id in wanted:
                kept[key] = record
                if len(kept) % _BATCH == 0:
                    progress(Progress(f"reading the {name}", len(kept), len(kept), Counter()))
        progress(Progress(f"reading the {name}", len(kept), len(kept), Counter()))
        return Part(name, kept)

    return Digest(
        (
            part(TRANSACTIONS, _items(stage, stage.outputs["TransactionsTable"], "accountId")),
            part(AUDIT_LOGS, _items(stage, stage.outputs["AuditLogsTable"], "transactionId")),
            part(OBJECTS, _objects(stage, wanted)),
        )
    )


def compare(before: Digest, after: Digest) -> Difference:
    """Return what has become of the records of `before`, and what is new."""
    known = {record.transaction_id for part in before.parts for record in part.records.values()}
    restored: list[str] = []
    arrived: list[str] = []
    removed: list[str] = []
    changed: list[str] = []
    for old, new in zip(before.parts, after.parts, strict=True):
        for key, record in sorted(new.records.items()):
            if key not in old.records:
                (restored if record.transaction_id in known else arrived).append(f"{new.name}: {key}")
            elif old.records[key] != record:
                changed.append(f"{new.name}: {key}")
        removed += [f"{old.name}: {key}" for key in sorted(old.records.keys() - new.records.keys())]
    return Difference(tuple(restored), tuple(arrived), tuple(removed), tuple(changed))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _items(stage: Stage, table: str, partition_key: str) -> Iterator[tuple[str, Record]]:
    """Yield a table's items; the content is DynamoDB's JSON with its names sorted."""
    for page in stage.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            content = json.dumps(item, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            key = f"{item[partition_key]['S']}/{item['ts']['S']}"
            yield key, Record(item["transactionId"]["S"], _sha256(content))


def _objects(stage: Stage, wanted: Collection[str] | None) -> Iterator[tuple[str, Record]]:
    """Yield the processed objects page by page; those of other transactions than the wanted are not read."""
    s3, bucket = stage.client("s3"), stage.outputs["ProcessedBucket"]

    def read(key: str) -> tuple[str, Record]:
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return key, Record(_transaction_of(key), _sha256(content))

    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_PREFIX):
        keys = [entry["Key"] for entry in page.get("Contents", [])]
        yield from each(read, [key for key in keys if wanted is None or _transaction_of(key) in wanted])


def _transaction_of(key: str) -> str:
    """The transaction's id, which is the folder of `processed/<yyyy>/<mm>/<dd>/<transactionId>/<ruleId>.json`."""
    return key.split("/")[-2]
