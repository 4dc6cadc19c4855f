"""The one file of a multipart form; anything unusual is refused rather than guessed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Optional

from multipart import MultipartError, MultipartSegment, PushMultipartParser

FORM = "multipart/form-data"
_CSV, _CHARSETS = "text/csv", ("utf-8", "utf8", "us-ascii")
_NAME = "file"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf';[ \t]*({_TOKEN})[ \t]*=[ \t]*({_TOKEN}|"(?:[^"\\]|\\.)*")[ \t]*'
_PARAMETERS = re.compile(_PARAMETER)
_VALUE = re.compile(rf"[ \t]*([^;\s]+)[ \t]*((?:{_PARAMETER})*);?[ \t]*")
# https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
_CONTROL = re.compile(r"[\0-\x08\x0a-\x1f\x7f]")
_HEADER = re.compile(rf"{_TOKEN}")
# Encodings that leave bytes as they are; others have no place in a form.
# https://www.rfc-editor.org/rfc/rfc7578#section-4.7
_AS_THEY_ARE = ("7bit", "8bit", "binary")
_MOST_PARTS = 16


class Malformed(Exception):
    """A form that is broken, or does not hold exactly one file; its argument says what it must be."""


class HeaderValue(NamedTuple):
    """A header's value: its first part in lower case, and its parameters by their names in lower case."""

    value: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class File:
    """The file of a form, and whether it says that it is CSV in UTF-8."""

    content: bytes
    is_csv: bool


def header_value(text: str) -> Optional[HeaderValue]:
    """Return a header's value and parameters; None if it is malformed, or has a parameter twice."""
    found = _VALUE.fullmatch(text)
    if not found or _CONTROL.search(text):
        return None
    pairs = [(name.lower(), _unquoted(value)) for name, value in _PARAMETERS.findall(found[2])]
    parameters = dict(pairs)
    return HeaderValue(found[1].lower(), parameters) if len(parameters) == len(pairs) else None


def file_of(body: bytes, content_type: HeaderValue) -> File:
    """Return the file of a form; Malformed with what the form must be."""
    boundary = content_type.parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise Malformed("a boundary of 1 to 70 characters in Content-Type")
    _refuse_around(body, boundary.encode("ascii"))
    try:
        parts = _parts(body, boundary)
    except MultipartError:
        raise Malformed("multipart/form-data that is complete, with the boundary of Content-Type") from None
    if [segment.name for segment, _ in parts] != [_NAME]:
        raise Malformed("exactly one part, named file")
    ((segment, content),) = parts
    return File(content, _is_csv(segment))


def _parts(body: bytes, boundary: str) -> list[tuple[MultipartSegment, bytes]]:
    parts: list[tuple[MultipartSegment, bytes]] = []
    with PushMultipartParser(boundary, strict=True, max_segment_count=_MOST_PARTS) as parser:
        for event in parser.parse(body):
            if isinstance(event, MultipartSegment):
                parts.append((event, b""))
            elif event:
                segment, content = parts[-1]
                parts[-1] = segment, content + bytes(event)
    return parts


def _refuse_around(body: bytes, boundary: bytes) -> None:
    """Refuse what stands before the first part or after the last: parsers would leave it out."""
    before, first, _ = body.partition(b"--" + boundary)
    _, last, after = body.partition(b"\r\n--" + boundary + b"--")
    if not first or before.strip(b"\r\n"):
        raise Malformed("multipart/form-data that begins with the boundary of Content-Type")
    if not last or after.strip(b"\r\n\t "):
        raise Malformed("multipart/form-data that ends with its last boundary")


def _is_csv(segment: MultipartSegment) -> bool:
    """Return whether a part says that it is CSV, by its type, or without one by its name."""
    headers = dict(segment.headerlist)
    if any(not _HEADER.fullmatch(name) or _CONTROL.search(value) for name, value in segment.headerlist):
        raise Malformed("a part whose headers are tokens, and values without control characters")
    disposition = header_value(headers["Content-Disposition"])
    if len(headers) < len(segment.headerlist) or disposition is None:
        raise Malformed("a part with each header and each parameter once")
    if headers.get("Content-Transfer-Encoding", _AS_THEY_ARE[0]).strip().lower() not in _AS_THEY_ARE:
        raise Malformed("a part without Content-Transfer-Encoding")
    names = [name for key, name in disposition.parameters.items() if key in ("filename", "filename*")]
    named_csv = all(name.lower().endswith(".csv") for name in names)
    if "Content-Type" not in headers:
        return bool(names) and named_csv
    kind = header_value(headers["Content-Type"])
    if kind is None or kind.value.startswith("multipart/"):
        raise Malformed("a file that is no form itself, with a Content-Type of one value")
    return kind.value == _CSV and named_csv and kind.parameters.get("charset", _CHARSETS[0]).lower() in _CHARSETS


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
