"""The presigned form: what S3 takes under it, and nothing else."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

from merchant_upload.api_handler.wanted import MAX_BYTES, Wanted

SECONDS = 900
CONTENT_TYPE = "text/csv"


@dataclass(frozen=True)
class Upload:
    """An upload that was asked for; its key is ours, never the client's file name."""

    upload_id: str
    merchant: str
    requested_at: datetime

    @property
    def key(self) -> str:
        """The object's key."""
        return f"uploads/{self.merchant}/{self.requested_at:%Y/%m/%d}/{self.upload_id}.csv"


def max_bytes(asked: Wanted) -> int:
    """Return how many bytes the form takes at most."""
    return asked.size or MAX_BYTES


def presigned(s3: Any, bucket: str, upload: Upload, asked: Wanted) -> dict[str, Any]:
    """Return `url` and `fields` of a POST that fixes bucket, key, content type, encryption and size.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    """
    fields = {"Content-Type": CONTENT_TYPE, "x-amz-server-side-encryption": "aws:kms", **_checksum(asked.sha256)}
    exactly: list[Any] = [{name: value} for name, value in fields.items()]
    size = ["content-length-range", asked.size or 1, max_bytes(asked)]
    form: dict[str, Any] = s3.generate_presigned_post(
        bucket, upload.key, Fields=fields, Conditions=[*exactly, size], ExpiresIn=SECONDS
    )
    return form


def _checksum(sha256: Optional[str]) -> dict[str, str]:
    """S3 compares what arrives with it, and writes it in base 64."""
    if sha256 is None:
        return {}
    value = base64.b64encode(bytes.fromhex(sha256)).decode()
    return {"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": value}
