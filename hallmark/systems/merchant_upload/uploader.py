"""Upload of one file: request a form, and post the file with it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.filepost import encode_multipart_formdata

from hallmark import clock
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Status
from hallmark.systems.merchant_upload.files import MerchantFile
from infra.errors import UserError

# What S3 answers to a file that it has stored.
STORED = frozenset({200, 201, 204})


@dataclass(frozen=True)
class Uploaded:
    """The location of an uploaded file: the upload's id and the object's key."""

    upload_id: str
    key: str

    @classmethod
    def by(cls, form: Mapping[str, Any]) -> "Uploaded":
        """Return the location that a form leads to."""
        return cls(str(form["uploadId"]), str(form["key"]))


def request_of(file: MerchantFile) -> bytes:
    """Return the body of the request for a file's form."""
    return json.dumps({"fileName": file.name, "size": len(file.content), "sha256": file.sha256}).encode()


def filled(form: Mapping[str, Any], file: MerchantFile) -> tuple[bytes, str]:
    """Return the body that posts a file with its form, and the body's type; S3 requires `file` as the last field.

    https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
    """
    return encode_multipart_formdata({**form["fields"], "file": (file.name, file.content, "text/csv")})


class Uploader:
    """An uploader for several merchants; `key_of` returns a merchant's key, `uploaded` collects results by item id."""

    def __init__(self, url: str, key_of: Callable[[str], str], http: Http, uploaded: dict[str, Uploaded]) -> None:
        self._url, self._key_of, self._http, self._uploaded = url, key_of, http, uploaded

    def send(self, file: MerchantFile) -> Outcome[MerchantFile]:
        """Return the outcome of a file; UserError when the key is rejected."""
        headers = {"x-api-key": self._key_of(file.merchant), "content-type": "application/json"}
        answer = self._http.ask("POST", self._url, request_of(file), headers)
        if isinstance(answer, str):
            return Outcome(file, Status.FAILED, reason=answer)
        if answer.status == 403:
            raise UserError(f"The stage rejects the key of {file.merchant}: check `hallmark status`.")
        if answer.status != 201:
            return Outcome(file, Status.REFUSED, reason=f"{answer.status} {_rules(answer)}")
        return self._post(file, answer.json())

    def _post(self, file: MerchantFile, form: Mapping[str, Any]) -> Outcome[MerchantFile]:
        body, content_type = filled(form, file)
        answer = self._http.ask("POST", str(form["url"]), body, {"content-type": content_type})
        if isinstance(answer, str):
            return Outcome(file, Status.FAILED, reason=f"S3: {answer}")
        if answer.status not in STORED:
            return Outcome(file, Status.REFUSED, reason=f"S3: {answer.status}")
        self._uploaded[file.id] = Uploaded.by(form)
        return Outcome(file, Status.ACCEPTED, received_at=clock.to_text(clock.now()))


def _rules(answer: urllib3.BaseHTTPResponse) -> str:
    """Return the names of the refused fields, without their values."""
    try:
        return ", ".join(str(error["field"]) for error in answer.json()["errors"])
    except (ValueError, LookupError, TypeError):
        return "no reason given"
