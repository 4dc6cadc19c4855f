"""The versions of the rules in the table Rules, and the records of their publication in the table AuditLogs.

Whoever changes a row by hand changes one table: the other says what was published, when, by whom and from which file.
"""

import getpass
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.fraud_rules.content import digest, is_readable, plain
from hallmark.systems.realtime.outputs import Output

Row = Mapping[str, Any]
Item = dict[str, Any]  # in DynamoDB's own format
# No transaction has such an id.
PARTITION = "#rules"
PUBLICATION, RESTORATION = "publication", "restoration"
# Any other reason, such as a throttled write, is passed on.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_OTHERS_WERE_FASTER = frozenset({"None", "ConditionalCheckFailed", "TransactionConflict"})
_ABSENT = {"ConditionExpression": "attribute_not_exists(#key)"}


class Key(NamedTuple):
    """What identifies a version; whole unless somebody wrote another number by hand."""

    rule_id: str
    version: int | float

    def __str__(self) -> str:
        return f"{self.rule_id} version {self.version}"


@dataclass(frozen=True)
class Publication:
    """The record of a publication: the row as it was written, the file's name, the stage's parameters at that time.

    `earlier` are the rule's published versions before it, as texts, with the SHA-256 of their rows.
    """

    row: Row
    file: str
    published_at: str
    published_by: str
    parameters: RuleParameters
    earlier: Mapping[str, str]


@dataclass(frozen=True)
class State:
    """Both tables, read at one time."""

    rows: Mapping[Key, Row]
    publications: Mapping[Key, Publication]

    @cached_property
    def digests(self) -> Mapping[Key, str]:
        """The SHA-256 of every published version's row, as later publications of its rule remember it."""
        found: dict[Key, str] = {}
        for key, one in sorted(self.publications.items()):
            remembered = {Key(key.rule_id, _number(version)): sha for version, sha in one.earlier.items()}
            found = {**found, key: digest(one.row), **remembered}
        return found

    @property
    def keys(self) -> list[Key]:
        """All versions that any row or record knows, by rule, the oldest first."""
        return sorted({*self.rows, *self.digests})

    def in_force(self, rule_id: str, moment: str) -> Key | None:
        """Return the version that the detector takes at a time; None where it finds none, or cannot read one."""
        found = {key: row for key, row in self.rows.items() if key.rule_id == rule_id}
        if not all(map(is_readable, found.values())):
            return None
        return max((key for key, row in found.items() if row["effectiveFrom"] <= moment), default=None)

    def published_at(self, rule_id: str, moment: str) -> Key | None:
        """Return the version that was in force at a time by the records of publication; None without any."""
        of_rule = ((key, one.row) for key, one in self.publications.items() if key.rule_id == rule_id)
        return max((key for key, row in of_rule if row["effectiveFrom"] <= moment), default=None)


class Store:
    """Reads both tables consistently, and writes a row together with its record."""

    def __init__(self, stage: Stage) -> None:
        self._client = stage.client("dynamodb")
        self._rules, self._audit = stage.outputs[Output.RULES_TABLE], stage.outputs[Output.AUDIT_LOGS_TABLE]

    def read(self) -> State:
        """Return every version and every record of a publication."""
        rows = self._items("scan", self._rules)
        query = {
            "KeyConditionExpression": "transactionId = :id",
            "ExpressionAttributeValues": {":id": {"S": PARTITION}},
        }
        found = [one for record in self._items("query", self._audit, **query) if (one := _publication(record))]
        return State({_key(row): row for row in rows}, {_key(one.row): one for one in found})

    def _items(self, operation: str, table: str, **request: Any) -> list[Row]:
        """Return a table's items; a table that is gone has none."""
        try:
            pages = self._client.get_paginator(operation).paginate(TableName=table, ConsistentRead=True, **request)
            return [_plain(item) for page in pages for item in page["Items"]]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return []

    def publish(self, row: Item, about: Mapping[str, Any], *, row_exists: bool = False) -> bool:
        """Write a version and its record, both or none; return False when another publisher was faster.

        With `row_exists` only the record is written: the row is what would be published. `about` are the fields of the
        record that only the publisher knows: file, parameters, earlier.
        """
        record = _recorded(row, about)
        writes = [self._put(self._audit, record, "transactionId")]
        if not row_exists:
            writes.insert(0, self._put(self._rules, row, "ruleId"))
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons = error.response.get("CancellationReasons", [])
            if not reasons or {one.get("Code", "None") for one in reasons} - _OTHERS_WERE_FASTER:
                raise
            return False
        return True

    def restore(self, key: Key, found: Row | None, published: Row | None) -> None:
        """Write a version back as it was published, or delete one that nobody published; what was found is recorded."""
        now, version = clock.to_text(clock.now()), Decimal(str(key.version))
        place = serialized({"ruleId": key.rule_id, "version": version})
        record = {
            **{"transactionId": PARTITION, "ts": f"{_sort(key)}#restored#{now}", "kind": RESTORATION},
            **{"ruleId": key.rule_id, "ruleVersion": version, "found": found, "restoredAt": now},
            "restoredBy": who(),
        }
        write: Item = {"Delete": {"TableName": self._rules, "Key": place}}
        if published is not None:
            write = {"Put": {"TableName": self._rules, "Item": serialized(published)}}
        keep = self._put(self._audit, serialized(record), "transactionId")
        self._client.transact_write_items(TransactItems=[write, keep])

    @staticmethod
    def _put(table: str, item: Item, key: str) -> Item:
        return {"Put": {"TableName": table, "Item": item, "ExpressionAttributeNames": {"#key": key}, **_ABSENT}}


def serialized(row: Mapping[str, Any]) -> Item:
    """Return a row in DynamoDB's format; TypeError for a value that it does not have."""
    write = TypeSerializer().serialize
    return {name: write(value) for name, value in row.items()}


def who() -> str:
    """Return the user and the host of this process."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a process without a user's name
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _sort(key: Key) -> str:
    return f"{key.rule_id}#{key.version:08}"


def _recorded(row: Item, about: Mapping[str, Any]) -> Item:
    key = _key(_plain(row))
    record = {
        **{"transactionId": PARTITION, "ts": _sort(key), "kind": PUBLICATION, **about},
        **{"publishedAt": clock.to_text(clock.now()), "publishedBy": who()},
    }
    return {**serialized(record), "rule": {"M": row}}


def _publication(record: Row) -> Publication | None:
    """Return the publication that a record is of; None for another record, and for one that proves nothing."""
    try:
        parameters = RuleParameters.model_validate(json.loads(record["parameters"]))
        row, file, earlier = record["rule"], record["file"], dict(record["earlier"])
        if record["kind"] != PUBLICATION or not is_readable(row) or record["ts"] != _sort(_key(row)):
            return None
        who_and_when = str(record["publishedAt"]), str(record["publishedBy"])
        return Publication(row, str(file), *who_and_when, parameters, earlier)
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _plain(item: Item) -> Row:
    read = TypeDeserializer().deserialize
    return {name: read(value) for name, value in item.items()}


def _key(row: Row) -> Key:
    """Return the key of a row; one without a number, in a table that was made otherwise, is of version 0."""
    version = plain(row.get("version"))
    return Key(str(row.get("ruleId")), version if type(version) in (int, float) else 0)
