"""Readers of a digest's parts: items of a table, versions of a bucket's objects."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hallmark.digest import Record, Wanted, sha256
from hallmark.parallel import each
from hallmark.stage import Stage

Raw = Mapping[str, Any]


def items(
    stage: Stage, table: str, name_of: Callable[[Raw], tuple[str, str]], **asked: Any
) -> Iterator[tuple[str, Record]]:
    """Yield a table's items, or those that a filter lets through, under their key and what they are of.

    The content is DynamoDB's JSON with its keys and sets sorted.
    """
    pages = stage.client("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True, **asked)
    for page in pages:
        for item in page["Items"]:
            sets = {name: {"SS": sorted(value["SS"])} for name, value in item.items() if "SS" in value}
            content = json.dumps({**item, **sets}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            key, owner = name_of(item)
            yield key, Record(owner, sha256(content.encode()))


def versions(stage: Stage, bucket: str, owner_of: Callable[[str], str], wanted: Wanted) -> Iterator[tuple[str, Record]]:
    """Yield all versions of a bucket's objects, page by page; only those of what is wanted are read."""
    s3 = stage.client("s3")

    def read(key: str, version: str) -> tuple[str, Record]:
        content = s3.get_object(Bucket=bucket, Key=key, VersionId=version)["Body"].read()
        return f"{key}/{version}", Record(owner_of(key), sha256(content))

    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [(one["Key"], one["VersionId"]) for one in page.get("Versions", [])]
        yield from each(lambda one: read(*one), [one for one in found if wanted is None or owner_of(one[0]) in wanted])
