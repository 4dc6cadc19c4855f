"""The observations of a run, and the expectations."""

from collections.abc import Sequence
from dataclasses import dataclass

from hallmark.systems.realtime.ledger.audit_log import AuditLog
from hallmark.systems.realtime.ledger.audit_records import AuditRecords
from hallmark.systems.realtime.ledger.buffer_queue import BufferQueue
from hallmark.systems.realtime.ledger.deciding_rules import DecidingRules
from hallmark.systems.realtime.ledger.expectation import Expectations
from hallmark.systems.realtime.ledger.processed_objects import ProcessedObjects
from hallmark.systems.realtime.ledger.transactions_table import StoredTransaction


@dataclass(frozen=True)
class Observation:
    """The sources of one run, read until they were quiet; `buffer` is None when nothing is known of the queue."""

    expectations: Expectations
    stored: Sequence[StoredTransaction]
    records: AuditRecords
    objects: ProcessedObjects
    log: AuditLog
    buffer: BufferQueue | None
    rules: DecidingRules
