"""What a stage has of a run's files, read when nothing changes any more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from hallmark.csv_files.problems import Problem, problems
from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.expectation import Sent
from hallmark.systems.merchant_upload.table import TransactionsTable
from infra.merchant_upload.outputs import Output

Item = Mapping[str, Any]
_MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"})


@dataclass
class Observed:
    """By upload, its item and all problems of its rejections; by id, claim, row and alert; objects by file."""

    uploads: Mapping[str, Item] = field(default_factory=dict)
    claims: Mapping[str, Item] = field(default_factory=dict)
    rows: Mapping[str, Item] = field(default_factory=dict)
    alerts: Mapping[str, Item] = field(default_factory=dict)
    problems: Mapping[str, Sequence[Problem]] = field(default_factory=dict)
    objects: Mapping[str, bytes] = field(default_factory=dict)


def claims(table: TransactionsTable, names: Iterable[str]) -> dict[str, Item]:
    """Return the claims of ids."""
    return {name: item for (name, _), item in table.items((name, 0) for name in names).items()}


def rows_of_claims(table: TransactionsTable, found: Mapping[str, Item]) -> dict[str, Item]:
    """Return the rows that claims name."""
    keys = [(name, int(claim["rowTimestamp"])) for name, claim in found.items()]
    return {name: item for (name, _), item in table.items(keys).items()}


def kept_problems(
    table: TransactionsTable, sent: Iterable[Sent], uploads: Mapping[str, Item]
) -> dict[str, list[Problem]]:
    """Return by file the problems that its rejections have, chunk by chunk."""
    found: dict[str, list[Problem]] = {}
    for one in sent:
        # Only an upload with problems has rejections; most have none.
        has_problems = bool(uploads.get(one.upload_key, {}).get("errors"))
        chunks = rejections(table, one.upload_key) if has_problems else ()
        found[one.file.id] = [problem for chunk in chunks for problem in problems(chunk["problems"])]
    return found


def rejections(table: TransactionsTable, upload: str) -> Iterator[Item]:
    """Yield the items with an upload's problems, chunk by chunk."""
    for chunk in count():
        key = (f"{upload}#rejected#{chunk:04d}", 0)
        item = table.items([key]).get(key)
        if item is None:
            return
        yield item


def objects(stage: Stage, sent: Sequence[Sent], uploads: Mapping[str, Item]) -> dict[str, bytes]:
    """Return by file the object of the version that was processed; nothing for one that is gone."""
    client, bucket = stage.client("s3"), stage.outputs[Output.FILES_BUCKET]

    def read(one: Sent) -> bytes | None:
        version = uploads.get(one.upload_key, {}).get("versionId")
        named = {"VersionId": version} if version else {}
        try:
            content: bytes = client.get_object(Bucket=bucket, Key=one.key, **named)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        return content

    found = zip(sent, each(read, sent), strict=True)
    return {one.file.id: content for one, content in found if content is not None}
