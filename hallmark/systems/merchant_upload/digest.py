"""merchant_upload's stored data, as parts of its digest: the table's items by kind, and the files' versions."""

from collections.abc import Iterator
from functools import partial

from hallmark.digest import DigestPart, Record, Wanted
from hallmark.digest_parts import Raw, items, versions
from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output

KINDS = ("transaction", "claim", "upload", "rejections", "alert")


def _items(kind: str, stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
    asked = {"FilterExpression": "kind = :kind", "ExpressionAttributeValues": {":kind": {"S": kind}}}
    return items(stage, stage.outputs[Output.TRANSACTIONS_TABLE], _name_of, **asked)


def _name_of(item: Raw) -> tuple[str, str]:
    name = item["transaction_id"]["S"]
    return f"{name}/{item['timestamp']['N']}", "#".join(name.split("#")[:2])


def _versions(stage: Stage, wanted: Wanted) -> Iterator[tuple[str, Record]]:
    return versions(stage, stage.outputs[Output.FILES_BUCKET], _upload_of, wanted)


def _upload_of(key: str) -> str:
    """Return the upload of a key `uploads/{merchant}/.../{uploadId}.csv`."""
    parts = key.split("/")
    return f"{parts[1]}#{parts[-1].removesuffix('.csv')}" if len(parts) > 2 else key


PARTS = (*(DigestPart(f"{kind} items", partial(_items, kind)) for kind in KINDS), DigestPart("files", _versions))
