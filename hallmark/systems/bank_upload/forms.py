"""How a file is posted: as multipart forms that must be taken, and as others, each with the answer that it must get."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from hallmark.systems.bank_upload.files import OLDEST_DAYS, PLAIN, BankFile

BOUNDARY = "-------------hallmark-7d9f"
DATE_HEADER = "X-Report-Date"
_UNWRITTEN = re.compile(r'[\0-\x1f"\\\x7f]')
_CSV = "Content-Type: text/csv\r\n"


@dataclass(frozen=True)
class Request:
    """The body and the headers of a request, without the key."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """A way of posting; `refused` is the answer's status if the file itself does not matter, else 0."""

    make: Callable[[BankFile], Request]
    refused: int = 0


def request_of(file: BankFile) -> Request:
    """Return the request that posts a file in its form."""
    return FORMS[file.form].make(file)


def part(file: BankFile, name: str = "file", file_name: str | None = None, more: str = _CSV) -> bytes:
    """Return one part with its boundary before it; `more` are its other headers."""
    named = _written(file_name if file_name is not None else file.name)
    head = f'Content-Disposition: form-data; name="{name}"; filename="{named}"\r\n{more}\r\n'
    return f"--{BOUNDARY}\r\n{head}".encode() + file.content + b"\r\n"


def _written(name: str) -> str:
    """Return a file's name much as browsers write it: whatever it holds, it ends where its quote does.

    https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
    """
    known = name.encode("utf-8", "replace").decode()
    return _UNWRITTEN.sub(lambda found: f"%{ord(found[0]):02X}", known)


END = f"--{BOUNDARY}--\r\n".encode()
_FIELD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\nmonthly\r\n'.encode()


def _multipart(file: BankFile, body: bytes, boundary: str = f"; boundary={BOUNDARY}") -> Request:
    return Request(body, {"content-type": f"multipart/form-data{boundary}", DATE_HEADER: file.report_date})


def _of(make: Callable[[BankFile], bytes]) -> Callable[[BankFile], Request]:
    return lambda file: _multipart(file, make(file))


def _bare(content_type: str) -> Callable[[BankFile], Request]:
    return lambda file: Request(file.content or b"a", {"content-type": content_type, DATE_HEADER: file.report_date})


def _dated(day: Callable[[date], str | None]) -> Callable[[BankFile], Request]:
    def make(file: BankFile) -> Request:
        said = day(date.fromisoformat(file.report_date))
        headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        return Request(part(file) + END, headers if said is None else {**headers, DATE_HEADER: said})

    return make


FORMS: Mapping[str, Form] = {
    PLAIN: Form(_of(lambda file: part(file) + END)),
    "quoted boundary": Form(lambda file: _multipart(file, part(file) + END, f'; boundary="{BOUNDARY}"')),
    "part without a type": Form(_of(lambda file: part(file, more="") + END)),
    "part with a charset": Form(_of(lambda file: part(file, more="Content-Type: text/csv; charset=utf-8\r\n") + END)),
    "part with a transfer encoding": Form(
        _of(lambda file: part(file, more=f"Content-Transfer-Encoding: binary\r\n{_CSV}") + END)
    ),
    "no boundary": Form(lambda file: _multipart(file, part(file) + END, ""), 400),
    "another boundary": Form(lambda file: _multipart(file, part(file) + END, "; boundary=other"), 400),
    "two files": Form(_of(lambda file: part(file) + part(file, file_name="second.csv") + END), 400),
    "another name": Form(_of(lambda file: part(file, name="report") + END), 400),
    "one more field": Form(_of(lambda file: part(file) + _FIELD + END), 400),
    "only a field": Form(_of(lambda file: _FIELD + END), 400),
    "cut in the file": Form(_of(lambda file: part(file)[: -len(file.content) // 2 - 2]), 400),
    "no end": Form(_of(part), 400),
    "text before": Form(_of(lambda file: b"This is a form.\r\n" + part(file) + END), 400),
    "text after": Form(_of(lambda file: part(file) + END + b"The end.\r\n"), 400),
    "form in the part": Form(
        _of(lambda file: part(file, more="Content-Type: multipart/mixed; boundary=b\r\n") + END), 400
    ),
    "huge part header": Form(_of(lambda file: part(file, more=f"X-Note: {'n' * 20_000}\r\n") + END), 400),
    "nothing": Form(_of(lambda file: b""), 400),
    "no date": Form(_dated(lambda day: None), 400),
    "wrong date": Form(_dated(lambda day: f"{day:%d.%m.%Y}"), 400),
    "date to come": Form(_dated(lambda day: f"{day + timedelta(days=OLDEST_DAYS)}"), 400),
    "old date": Form(_dated(lambda day: f"{day - timedelta(days=OLDEST_DAYS + 2)}"), 400),
    "JSON": Form(_bare("application/json"), 400),
    "plain CSV": Form(_bare("text/csv"), 400),
    "URL-encoded": Form(_bare("application/x-www-form-urlencoded"), 400),
    "bytes": Form(_bare("application/octet-stream"), 400),
    "text": Form(_bare("text/plain"), 415),
    "part of JSON": Form(_of(lambda file: part(file, more="Content-Type: application/json\r\n") + END), 415),
    "part without type and suffix": Form(_of(lambda file: part(file, file_name="report", more="") + END), 415),
}
# What a file is posted as, and what only shows how posting fails.
TAKEN = tuple(name for name, form in FORMS.items() if not form.refused)
REFUSED = tuple(name for name, form in FORMS.items() if form.refused)
