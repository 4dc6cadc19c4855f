"""A form with a signed checksum accepts only the file with that checksum.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from contextvars import ContextVar
from typing import Any

from ministack.services import s3

_request: ContextVar[tuple[str, bytes]] = ContextVar("request")
PREFIX = "x-amz-checksum-"


def install() -> None:
    """Compare the file with the checksum among a signed form's fields, after all other checks of its policy."""
    post, judge = s3._post_object, s3._enforce_signed_post_policy

    def post_object(bucket: str, body: bytes, headers: dict[str, str]) -> Any:
        _request.set((headers.get("content-type", ""), body))
        return post(bucket, body, headers)

    def judged(fields: dict[str, str], *rest: Any) -> Any:
        refused = judge(fields, *rest)
        if refused is not None:
            return refused
        file = next(value for name, _, _, value in s3._parse_multipart_form(*_request.get()) if name == "file")
        claimed = {name: value for name, value in fields.items() if name.startswith(PREFIX)}
        return s3._resolve_object_checksums(file, claimed)[1]

    s3._post_object, s3._enforce_signed_post_policy = post_object, judged
