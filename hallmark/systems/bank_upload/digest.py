"""bank_upload's stored data, as parts of its digest: uploads, ranges, transactions, and the files' versions."""

from collections.abc import Iterator

from hallmark.digest import DigestPart, Record, Wanted
from hallmark.digest_parts import Raw, items, versions
from hallmark.stage import Stage
from hallmark.systems.bank_upload.content import upload_of
from hallmark.systems.bank_upload.table import RANGE, UPLOAD
from infra.bank_upload.outputs import Output


def _uploads(stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
    return _status(stage, "part = :part", UPLOAD)


def _ranges(stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
    return _status(stage, "begins_with(part, :part)", RANGE)


def _status(stage: Stage, condition: str, part: str) -> Iterator[tuple[str, Record]]:
    asked = {"FilterExpression": condition, "ExpressionAttributeValues": {":part": {"S": part}}}
    return items(stage, stage.outputs[Output.STATUS_TABLE], _name_of, **asked)


def _name_of(item: Raw) -> tuple[str, str]:
    return f"{item['uploadId']['S']}/{item['part']['S']}", item["uploadId"]["S"]


def _transactions(stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
    table = stage.outputs[Output.TRANSACTIONS_TABLE]
    return items(stage, table, lambda item: (item["transactionKey"]["S"], item["uploadId"]["S"]))


def _files(stage: Stage, wanted: Wanted) -> Iterator[tuple[str, Record]]:
    return versions(stage, stage.outputs[Output.FILES_BUCKET], upload_of, wanted)


PARTS = (
    DigestPart("uploads", _uploads),
    DigestPart("ranges", _ranges),
    DigestPart("transactions", _transactions),
    DigestPart("files", _files),
)
