"""realtime's stored data, as parts of its digest: transactions, audit trail and processed objects."""

from collections.abc import Iterator

from hallmark.digest import DigestPart, Record, Wanted, sha256
from hallmark.digest_parts import Raw, items
from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.systems.realtime.fraud_rules.store import PARTITION
from hallmark.systems.realtime.outputs import Output

_PREFIX = "processed/"


def _transactions(stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
    return _items(stage, stage.outputs[Output.TRANSACTIONS_TABLE], "accountId")


def _audit_records(stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
    """Yield the records of transactions; those of the rules are not a transaction's data."""
    found = _items(stage, stage.outputs[Output.AUDIT_LOGS_TABLE], "transactionId")
    return ((key, record) for key, record in found if record.item != PARTITION)


def _items(stage: Stage, table: str, partition_key: str) -> Iterator[tuple[str, Record]]:
    def name_of(item: Raw) -> tuple[str, str]:
        return f"{item[partition_key]['S']}/{item['ts']['S']}", item["transactionId"]["S"]

    return items(stage, table, name_of)


def _objects(stage: Stage, wanted: Wanted) -> Iterator[tuple[str, Record]]:
    """Yield the processed objects page by page; only those of the selected transactions are read."""
    s3, bucket = stage.client("s3"), stage.outputs[Output.PROCESSED_BUCKET]

    def read(key: str) -> tuple[str, Record]:
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return key, Record(_transaction_of(key), sha256(content))

    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_PREFIX):
        keys = [entry["Key"] for entry in page.get("Contents", [])]
        yield from each(read, [key for key in keys if wanted is None or _transaction_of(key) in wanted])


def _transaction_of(key: str) -> str:
    """Return the transaction's id, the folder of `processed/<yyyy>/<mm>/<dd>/<transactionId>/<ruleId>.json`."""
    return key.split("/")[-2]


PARTS = (
    DigestPart("transactions", _transactions),
    DigestPart("audit records", _audit_records),
    DigestPart("processed objects", _objects),
)
