"""merchant_upload's stored data, as parts of its digest: the table's items by kind, and the files' versions."""

import json
from collections.abc import Iterator
from functools import partial

from hallmark.digest import DigestPart, Record, Wanted, sha256
from hallmark.parallel import each
from hallmark.stage import Stage
from infra.merchant_upload.outputs import Output

KINDS = ("transaction", "claim", "upload", "rejections", "alert")


def _items(kind: str, stage: Stage, _: Wanted) -> Iterator[tuple[str, Record]]:
    """Yield the items of a kind; the content is DynamoDB's JSON with its keys and sets sorted."""
    pages = (
        stage.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stage.outputs[Output.TRANSACTIONS_TABLE],
            FilterExpression="kind = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}},
            ConsistentRead=True,
        )
    )
    for page in pages:
        for item in page["Items"]:
            sets = {name: {"SS": sorted(value["SS"])} for name, value in item.items() if "SS" in value}
            content = json.dumps({**item, **sets}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            name = item["transaction_id"]["S"]
            owner = "#".join(name.split("#")[:2])
            yield f"{name}/{item['timestamp']['N']}", Record(owner, sha256(content.encode()))


def _versions(stage: Stage, wanted: Wanted) -> Iterator[tuple[str, Record]]:
    """Yield all versions of the files, page by page; of a key `uploads/{merchant}/.../{uploadId}.csv`."""
    s3, bucket = stage.client("s3"), stage.outputs[Output.FILES_BUCKET]

    def read(key: str, version: str) -> tuple[str, Record]:
        content = s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()
        return f"{key}/{version}", Record(_upload_of(key), sha256(content))

    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [(one["Key"], one["VersionId"]) for one in page.get("Versions", [])]
        yield from each(
            lambda one: read(*one), [one for one in found if wanted is None or _upload_of(one[0]) in wanted]
        )


def _upload_of(key: str) -> str:
    parts = key.split("/")
    return f"{parts[1]}#{parts[-1].removesuffix('.csv')}" if len(parts) > 2 else key


PARTS = (*(DigestPart(f"{kind} items", partial(_items, kind)) for kind in KINDS), DigestPart("files", _versions))
