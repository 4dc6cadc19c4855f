"""What an upload is: the request, its id and key, its record. Pure: no clock, no randomness, no AWS."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Optional, Union

from shared_python import free_text

from merchant_upload.items import OPEN, UPLOAD, WAITING, iso, upload_key

MAX_BYTES = 10 * 1024 * 1024
VALID_SECONDS = 900
CONTENT_TYPE, ENCRYPTION = "text/csv", "aws:kms"
LONGEST_FILE_NAME = 200
# https://github.com/ulid/spec: Crockford's base 32, without I, L, O and U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHA256 = re.compile("[0-9a-f]{64}")
_RULES = {
    "fileName": f"1 to {LONGEST_FILE_NAME} characters; no control or format character, formula or card number",
    "size": f"a whole number of bytes from 0 to {MAX_BYTES}",
    "sha256": "64 hexadecimal digits in lower case",
}
# What API Gateway puts where bytes are no UTF-8: the text is not what was sent.
_DAMAGED = "\ufffd"
_NOT_AN_OBJECT = {"field": "body", "rule": "a JSON object in UTF-8, no name twice"}
Problems = list[dict[str, str]]


@dataclass(frozen=True)
class UploadRequest:
    """What a merchant says of a file before it is uploaded; `sha256` is hexadecimal, `size` in bytes."""

    file_name: Optional[str] = None
    size: Optional[int] = None
    sha256: Optional[str] = None

    @property
    def max_bytes(self) -> int:
        """The most bytes that the form accepts: exactly the size, if it was given."""
        return MAX_BYTES if self.size is None else self.size


@dataclass(frozen=True)
class Upload:
    """One upload of one merchant; `requested_at` is an aware time."""

    upload_id: str
    merchant: str
    requested_at: datetime
    request: UploadRequest

    @property
    def key(self) -> str:
        """The object's key, which is never of the client's choosing."""
        return f"uploads/{self.merchant}/{self.requested_at:%Y/%m/%d}/{self.upload_id}.csv"

    @property
    def expires_at(self) -> datetime:
        """Until when the form can be used."""
        return self.requested_at + timedelta(seconds=VALID_SECONDS)

    def record(self) -> dict[str, Any]:
        """Return the item of the table: what a status tells, and where the file will be."""
        item = {
            **upload_key(self.merchant, self.upload_id),
            "kind": UPLOAD,
            "status": WAITING,
            # The index finds uploads that are not finished.
            "cardKey": OPEN,
            "merchant": self.merchant,
            "objectKey": self.key,
            "requestedAt": iso(self.requested_at),
            "fileName": self.request.file_name,
            "size": self.request.size,
            "sha256": self.request.sha256,
        }
        return {name: value for name, value in item.items() if value is not None}

    def fields(self) -> dict[str, str]:
        """Return what the form's policy fixes beside key and size."""
        fields = {"Content-Type": CONTENT_TYPE, "x-amz-server-side-encryption": ENCRYPTION}
        if self.request.sha256 is not None:
            digest = base64.b64encode(bytes.fromhex(self.request.sha256)).decode("ascii")
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
            fields.update({"x-amz-checksum-algorithm": "SHA256", "x-amz-checksum-sha256": digest})
        return fields

    def answer(self, form: dict[str, Any]) -> dict[str, Any]:
        """Return the body of a 201; `form` has the presigned form's `url` and `fields`."""
        return {
            "uploadId": self.upload_id,
            "method": "POST",
            "url": form["url"],
            "fields": form["fields"],
            "key": self.key,
            "expiresAt": iso(self.expires_at),
            "maxBytes": self.request.max_bytes,
        }


def read_request(body: Optional[str], is_base64: bool = False) -> Union[UploadRequest, Problems]:
    """Return what a body asks for, or everything that is wrong with it, field by field and without values."""
    try:
        text = base64.b64decode(body or "", validate=True).decode("utf-8") if is_base64 else body or ""
        if _DAMAGED in text:
            return [_NOT_AN_OBJECT]
        data = json.loads(text, object_pairs_hook=_no_name_twice, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return [_NOT_AN_OBJECT]
    if not isinstance(data, dict):
        return [_NOT_AN_OBJECT]
    valid = {"fileName": _is_file_name, "size": _is_size, "sha256": _is_sha256}
    problems = [{"field": name, "rule": _RULES[name]} for name in valid if name in data and not valid[name](data[name])]
    if not set(data) <= set(valid):
        problems.append({"field": "body", "rule": f"no other fields than {', '.join(valid)}"})
    return problems or UploadRequest(data.get("fileName"), data.get("size"), data.get("sha256"))


def new_upload_id(milliseconds: int, randomness: bytes) -> str:
    """Return `up_` and a ULID of Unix milliseconds and ten random bytes."""
    number = int.from_bytes(milliseconds.to_bytes(6, "big") + randomness, "big")
    return "up_" + "".join(_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(26)))


def _is_file_name(value: Any) -> bool:
    return isinstance(value, str) and value != "" and free_text.problem_of(value, LONGEST_FILE_NAME) is None


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_BYTES


def _is_sha256(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _no_name_twice(pairs: Any) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
