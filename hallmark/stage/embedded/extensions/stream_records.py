"""DynamoDB streams in four shards: items of a partition key stay in order, shards have none among them.

The emulator keeps one list per table; each record of it also goes to the shard of its partition key. A closed stream
can be read as long as its records live.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

import itertools
import threading
import time
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import dynamodb

# A new on-demand table has four partitions, and a shard for each.
SHARDS = 4
RETENTION_SECONDS = 24 * 60 * 60
Json = dict[str, Any]
# Numbers only grow, and have AWS's 21 to 40 digits.
_numbers = itertools.count(int(time.time() * 1000) * 10**12)


@dataclass(slots=True)
class Entry:
    """A record of a shard: where it stands, when it came (in seconds since the epoch), and a hash of its item's key."""

    record: Json
    position: int
    created: float
    item: int

    @property
    def number(self) -> str:
        number: str = self.record["dynamodb"]["SequenceNumber"]
        return number


@dataclass
class Shard:
    """Records in the order of their writes; positions are absolute, so they stay right when old records expire."""

    id: str
    first: int = field(default_factory=lambda: next(_numbers))
    last: int | None = None
    entries: list[Entry] = field(default_factory=list)
    trimmed: int = 0
    trimmed_to: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def end(self) -> int:
        """The position after the newest record."""
        return self.trimmed + len(self.entries)

    def append(self, record: Json, item: int) -> None:
        """Add a record as the newest one."""
        with self.lock:
            self._trim()
            self.entries.append(Entry(record, self.end, time.time(), item))

    def read(self, position: int, most: int) -> list[Entry]:
        """Return the records from a position on; expired ones are passed over."""
        with self.lock:
            self._trim()
            begin = max(0, position - self.trimmed)
            return self.entries[begin : begin + most]

    def _trim(self) -> None:
        oldest = time.time() - RETENTION_SECONDS
        expired = 0
        while expired < len(self.entries) and self.entries[expired].created < oldest:
            expired += 1
        if expired:
            self.trimmed_to = int(self.entries[expired - 1].number)
            del self.entries[:expired]
            self.trimmed += expired


@dataclass
class Stream:
    """The shards of one stream; `closed` is the time when it was switched off, or its table was deleted."""

    shards: tuple[Shard, ...]
    closed: float | None = None

    def shard(self, identity: str) -> Shard | None:
        """Return the shard of an id."""
        return next((shard for shard in self.shards if shard.id == identity), None)

    def close(self) -> None:
        """Let no more records come: each shard gets its last number."""
        self.closed = time.time()
        for shard in self.shards:
            shard.last = next(_numbers)


_streams: dict[str, Stream] = {}
# A write to a replica writes again.
_lock = threading.RLock()


def _hash(*parts: Any) -> int:
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "big")


def _new(arn: str) -> Stream:
    begin = int(time.time() * 1000)
    ids = (f"shardId-{begin:020d}-{_hash(arn, number) % 2**32:08x}" for number in range(SHARDS))
    return Stream(tuple(Shard(identity) for identity in ids))


def stream_of(arn: str) -> Stream | None:
    """Return the stream of an ARN; None if no table of this account and region has or lately had it."""
    with _lock:
        oldest = time.time() - RETENTION_SECONDS
        for name in [name for name, stream in _streams.items() if (stream.closed or oldest) < oldest]:
            del _streams[name]
        if arn not in _streams:
            parts = arn.split(":", 5)
            if parts[3:5] != [get_region(), get_account_id()] or "/stream/" not in arn:
                return None
            table = dynamodb._tables.get(parts[5].split("/")[1]) or {}
            enabled = (table.get("StreamSpecification") or {}).get("StreamEnabled")
            if not enabled or table.get("LatestStreamArn") != arn:
                return None
            _streams[arn] = _new(arn)
        return _streams[arn]


def _newest(table: str) -> Json | None:
    records = dynamodb._stream_records.get(table)
    return records[-1] if records else None


def _keep(record: Json, partition_key: str) -> None:
    stream, change = stream_of(record["eventSourceARN"]), record["dynamodb"]
    assert stream is not None
    images = (change[name] for name in ("Keys", "OldImage", "NewImage") if name in change)
    change["SizeBytes"] = sum(dynamodb._item_size_bytes(image) for image in images)
    keys = {name: dynamodb._extract_key_val(value) for name, value in change["Keys"].items()}
    shard = stream.shards[_hash(keys[partition_key]) % SHARDS]
    shard.append(record, _hash(sorted(keys.items())))


def install() -> None:
    """Put each record of the emulator into its shard, and close streams with it."""
    emit, drop = dynamodb._emit_stream_event, dynamodb.drop_stream_records

    def emit_stream_event(name: str, *change: Any, **options: Any) -> None:
        with _lock:
            before = _newest(name)
            emit(name, *change, **options)
            record = _newest(name)
            if record is not None and record is not before:
                _keep(record, dynamodb._tables[name]["pk_name"])
                dynamodb.esm_wake.set()

    def drop_stream_records(name: str, table: Json | None = None) -> None:
        drop(name, table)
        arn = (table or {}).get("LatestStreamArn")
        if arn and ((table or {}).get("StreamSpecification") or {}).get("StreamEnabled"):
            with _lock:
                _streams.setdefault(arn, _new(arn)).close()

    dynamodb._next_stream_seq = lambda: str(next(_numbers))
    dynamodb._emit_stream_event = emit_stream_event
    dynamodb.drop_stream_records = drop_stream_records
