"""The ledger of uploaded files: each file's object, byte for byte, and each upload's record."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from hallmark.ledger.ledger import Ledger, Line, Table, compare
from hallmark.progress import Callback, Progress
from hallmark.sending.outcome import Run
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.uploader import Uploaded
from infra.merchant_upload.outputs import Output

_MISSING = frozenset({"NoSuchKey", "404"})


@dataclass(frozen=True)
class FileLedger(Ledger):
    """The ledger of a run of files; `sent_bytes` counts those accepted."""

    MISMATCHES: ClassVar[str] = "stored data differs from what was sent"

    records: tuple[Line, ...]
    sent_bytes: int

    @property
    def tables(self) -> tuple[Table, ...]:
        """Objects and records."""
        return (Table(("kept where",), self.records),)

    @property
    def figures(self) -> Mapping[str, str]:
        """Bytes, and files that are stored differently."""
        return {"bytes": str(self.sent_bytes), "files that differ": str(len(self.mismatches))}


def reconcile(stage: Stage, run: Run[MerchantFile], uploaded: Mapping[str, Uploaded], progress: Callback) -> FileLedger:
    """Read every accepted file back and return the ledger, without waiting: an upload triggers nothing further."""
    objects, records, differing = set[str](), set[str](), list[str]()
    for done, outcome in enumerate(run.carried, 1):
        file, place = outcome.item, uploaded[outcome.item.id]
        content, item = _object(stage, place.key), _record(stage, file, place)
        objects |= {file.id} if content is not None else set()
        records |= {file.id} if item is not None else set()
        differing += _differences(file, place, content, item)
        progress(Progress("reconciling", done, len(run.carried), Counter(objects=len(objects), records=len(records))))
    wanted = {outcome.item.id for outcome in run.carried}
    lines = (compare("files bucket", "", wanted, objects, None), compare("upload records", "", wanted, records, None))
    return FileLedger(
        **run.totals,
        mismatches=tuple(differing),
        lost=tuple(sorted(wanted - (objects & records))),
        records=lines,
        sent_bytes=sum(len(outcome.item.content) for outcome in run.carried),
    )


def _object(stage: Stage, key: str) -> bytes | None:
    try:
        found = stage.client("s3").get_object(Bucket=stage.outputs[Output.FILES_BUCKET], Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise
    content: bytes = found["Body"].read()
    return content


def _record(stage: Stage, file: MerchantFile, place: Uploaded) -> dict[str, Any] | None:
    key = {"transaction_id": {"S": f"{file.merchant}#{place.upload_id}"}, "timestamp": {"N": "0"}}
    found = stage.client("dynamodb").get_item(
        TableName=stage.outputs[Output.TRANSACTIONS_TABLE], Key=key, ConsistentRead=True
    )
    item: dict[str, Any] | None = found.get("Item")
    return item


def _differences(
    file: MerchantFile, place: Uploaded, content: bytes | None, item: Mapping[str, Any] | None
) -> Iterator[str]:
    if content is not None and content != file.content:
        yield f"{file.id}: other bytes"
    wanted = {
        "objectKey": {"S": place.key},
        "fileName": {"S": file.name},
        "size": {"N": str(len(file.content))},
        "sha256": {"S": file.sha256},
    }
    if item is not None and any(item.get(name) != value for name, value in wanted.items()):
        yield f"{file.id}: another record"
