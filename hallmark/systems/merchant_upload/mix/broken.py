"""Files that are refused whole, each for one rule."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from hallmark.systems.merchant_upload.mix.draft import COLUMNS, Draft
from hallmark.systems.merchant_upload.mix.layout import Layout

MOST_ROWS = 50_000
_GOOD = Layout()


def _replaced(old: bytes, new: bytes, rows: Sequence[Draft]) -> bytes:
    return _GOOD.bytes(rows).replace(old, new, 1)


def _after(tail: bytes, rows: Sequence[Draft]) -> bytes:
    return _GOOD.bytes(rows) + tail


def _columns(columns: tuple[str, ...], rows: Sequence[Draft]) -> bytes:
    """Return the file with another header; columns of a row that it does not name stay where they are."""
    body = _GOOD.bytes(rows).split(b"\r\n", 1)[1]
    return ",".join(columns).encode() + b"\r\n" + body


def _many(rows: Sequence[Draft]) -> bytes:
    return _GOOD.bytes(rows) + b"a,b\n" * (MOST_ROWS + 1 - len(rows))


def _only(content: bytes, rows: Sequence[Draft]) -> bytes:
    return content


_HEADER = ",".join(COLUMNS).encode()
# What is wrong -> the rule and the file of a few good rows made so.
KINDS: Mapping[str, tuple[str, Callable[[Sequence[Draft]], bytes]]] = {
    "latin-1": ("encoding", partial(_after, b"caf\xe9,\r\n")),
    "unclosed quote": ("quotes", partial(_after, b'"never closed\r\n')),
    "missing column": ("header", partial(_columns, COLUMNS[1:])),
    "empty": ("no-rows", partial(_only, b"")),
    "cvv column": ("card-number", partial(_columns, (*COLUMNS[:-1], "cvv"))),
    "too many rows": ("too-many-rows", _many),
    "NUL": ("encoding", partial(_replaced, b"txn-", b"txn\x00")),
    "text after a quote": ("quotes", partial(_after, b'"closed"open,\r\n')),
    "unknown column": ("header", partial(_columns, (*COLUMNS[:-1], "colour"))),
    "header only": ("no-rows", partial(_only, _HEADER + b"\r\n")),
    "card number in the header": ("card-number", partial(_columns, (*COLUMNS[:-1], "4111 1111 1111 1111"))),
    "lone CR": ("encoding", partial(_replaced, b"\r\n", b"\r")),
    "repeated column": ("header", partial(_columns, (*COLUMNS[:-1], COLUMNS[0]))),
    "UTF-16": ("encoding", lambda rows: _GOOD.bytes(rows).decode().encode("utf-16")),
    "unnamed column": ("header", partial(_columns, (*COLUMNS[:-1], ""))),
    "no header": ("header", lambda rows: _GOOD.bytes(rows).split(b"\r\n", 1)[1]),
    "capitals": ("header", partial(_columns, tuple(name.upper() for name in COLUMNS))),
    "semicolons": ("header", lambda rows: _GOOD.bytes(rows).replace(b",", b";")),
    "no CSV": ("encoding", partial(_only, b"PK\x03\x04\x00\x00\x00\x00" + bytes(range(256)))),
    "empty lines": ("no-rows", partial(_only, b"\r\n\r\n\r\n")),
}
