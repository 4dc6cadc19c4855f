"""The record of an upload: one item, written once."""

from typing import Any

from merchant_upload.api_handler.form import Upload
from merchant_upload.api_handler.wanted import Wanted

# What is no transaction has no time of its own.
NO_TIME = 0


def record(table: Any, upload: Upload, asked: Wanted) -> None:
    """Write that an upload waits for its file."""
    optional = {"fileName": asked.file_name, "size": asked.size, "sha256": asked.sha256}
    table.put_item(
        Item={
            "transaction_id": f"{upload.merchant}#{upload.upload_id}",
            "timestamp": NO_TIME,
            "kind": "upload",
            "status": "waiting",
            "uploadId": upload.upload_id,
            "merchant": upload.merchant,
            "objectKey": upload.key,
            "requestedAt": moment(upload.requested_at),
            **{name: value for name, value in optional.items() if value is not None},
        },
        ConditionExpression="attribute_not_exists(transaction_id)",
    )


def moment(time: Any) -> str:
    """Return a time as every answer and record writes it: UTC with milliseconds."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z"
