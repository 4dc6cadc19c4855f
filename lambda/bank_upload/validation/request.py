"""What a request to `POST /upload` asks for, or how it is answered at once. Pure: no clock, no AWS."""

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Optional

from bank_upload.file import LIMITS
from bank_upload.validation.multipart_form import FORM, HeaderValue, Malformed, file_of, header_value

Event = Mapping[str, Any]
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_HEADER, _TYPE_HEADER = "X-Report-Date", "Content-Type"
# What API Gateway puts where bytes are no UTF-8: the text is not what was sent.
_DAMAGED = "\ufffd"


@dataclass(frozen=True)
class Request:
    """A file, and the day that it reports."""

    report_date: date
    content: bytes


class Refused(Exception):
    """An answer without any effect: its code, what to do, and what of the request was wrong."""

    def __init__(self, code: int, message: str, *errors: dict[str, str]) -> None:
        super().__init__(code)
        self.code, self.message, self.errors = code, message, errors


def read_request(event: Event, today: date, most_bytes: int) -> Request:
    """Return what a request asks for on a day in UTC; Refused with 400, 413 or 415, in this order."""
    errors: list[dict[str, str]] = []
    report_date = _report_date(_header(event, _DATE_HEADER), today)
    if report_date is None:
        oldest = LIMITS["oldestReportDays"]
        errors.append(_error(_DATE_HEADER, f"once, as YYYY-MM-DD, from {oldest} days ago to today in UTC"))
    types = _header(event, _TYPE_HEADER)
    kind = header_value(types[0]) if len(types) == 1 else None
    file = None
    if kind is None:
        errors.append(_error(_TYPE_HEADER, f"once, as {FORM} with its boundary"))
    elif kind.value == FORM:
        file = _file(event, kind, errors)
    if errors or report_date is None:
        raise Refused(400, "The request is invalid. Correct what errors name, and send it again.", *errors)
    if file is not None and len(file.content) > most_bytes:
        raise Refused(413, f"The file is too large. Send files of at most {most_bytes} bytes.")
    if file is None or not file.is_csv:
        raise Refused(415, f"Send {FORM} with one part, file: text/csv in UTF-8, its name ending in .csv.")
    return Request(report_date, file.content)


def _file(event: Event, kind: HeaderValue, errors: list[dict[str, str]]) -> Any:
    body = _body(event)
    if body is None:
        errors.append(_error("body", "bytes as they were sent, which the API hands on in base64"))
        return None
    try:
        return file_of(body, kind)
    except Malformed as malformed:
        errors.append(_error("body", str(malformed)))
        return None


def _body(event: Event) -> Optional[bytes]:
    """Return the bytes of the body, or None if they are lost."""
    body = event.get("body") or ""
    try:
        if event.get("isBase64Encoded"):
            return binascii.a2b_base64(body, strict_mode=True)
        return None if _DAMAGED in body else body.encode("utf-8")
    except ValueError:
        return None


def _header(event: Event, name: str) -> list[str]:
    """Return all values of a header, whatever the case of its name."""
    several = event.get("multiValueHeaders") or {key: [value] for key, value in (event.get("headers") or {}).items()}
    return [value for key, values in several.items() if key.lower() == name.lower() for value in values or []]


def _report_date(values: list[str], today: date) -> Optional[date]:
    if len(values) != 1 or not _DATE.fullmatch(values[0]):
        return None
    try:
        day = date.fromisoformat(values[0])
    except ValueError:
        return None
    return day if may_report(day, today) else None


def may_report(day: date, today: date) -> bool:
    """Return whether a file may report a day, seen from the day in UTC on which it comes."""
    return today - timedelta(days=LIMITS["oldestReportDays"]) <= day <= today


def _error(field: str, rule: str) -> dict[str, str]:
    return {"field": field, "rule": rule}
