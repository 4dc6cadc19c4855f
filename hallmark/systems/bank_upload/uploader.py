"""Upload of one file: post its form, and keep the answer."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import urllib3

from hallmark.csv_files.problems import Problem, problems
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Status
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.forms import request_of
from infra.errors import UserError

TAKEN, FORBIDDEN = 202, 403


@dataclass(frozen=True)
class Answer:
    """An answer: its status, and its body if that is a JSON object."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: urllib3.BaseHTTPResponse) -> "Answer":
        """Return what an HTTP answer says."""
        with suppress(ValueError):
            body = answer.json()
            if isinstance(body, dict):
                return cls(answer.status, body)
        return cls(answer.status)

    @property
    def problems(self) -> list[Problem]:
        """The problems that it shows."""
        return problems(self.body.get("problems") or ())


class Uploader:
    """An uploader for several banks; `key_of` returns a bank's key, `answers` collects the final ones by item id.

    A file that was received before `started_at`, or before in the run, is a duplicate.
    """

    def __init__(
        self, url: str, key_of: Callable[[str], str], http: Http, answers: dict[str, Answer], started_at: str
    ) -> None:
        self._url, self._key_of, self._http, self._answers = url, key_of, http, answers
        self._started_at, self._seen, self._lock = started_at, set[str](), Lock()

    def send(self, file: BankFile) -> Outcome[BankFile]:
        """Return the outcome of a file; UserError when the key is rejected."""
        request = request_of(file)
        headers = {"x-api-key": self._key_of(file.bank), **request.headers}
        found = self._http.ask("POST", self._url, request.body, headers)
        if isinstance(found, str):
            return Outcome(file, Status.FAILED, reason=found)
        answer = Answer.of(found)
        if answer.status == FORBIDDEN:
            raise UserError(f"The stage rejects the key of {file.bank}: check `hallmark status`.")
        self._answers[file.id] = answer
        if answer.status != TAKEN:
            rules = sorted({problem.rule for problem in answer.problems})
            return Outcome(file, Status.REFUSED, reason=" ".join([str(answer.status), *rules]))
        received = str(answer.body.get("receivedAt"))
        return Outcome(file, self._kind(str(answer.body.get("uploadId")), received), received_at=received)

    def _kind(self, upload_id: str, received_at: str) -> Status:
        with self._lock:
            is_known = upload_id in self._seen or received_at < self._started_at
            self._seen.add(upload_id)
        return Status.DUPLICATE if is_known else Status.ACCEPTED
