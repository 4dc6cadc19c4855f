"""Requests that Hypothesis draws around `POST /upload`: files in forms, good ones and broken ones; a second reading."""

import re
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from tests.integration.bank_upload.contract import TODAY, days_ago, file, row
from tests.integration.bank_upload.forms import BOUNDARY, FORM

# What stands for a word that no other request has.
MARK = "{mark}"
_TYPES = (
    *("text/csv", "text/csv; charset=utf-8", 'TEXT/CSV; charset="UTF-8"', "text/csv; charset=latin-1", "text/plain"),
    *("application/json", "application/octet-stream", "multipart/mixed; boundary=b", "text/csv, text/csv", "", "csv"),
    *(f"text/{MARK}", "text/csv\r\nContent-Type: text/html", "text/csv;", "\ttext/csv"),
)
_DISPOSITIONS = (
    *('form-data; name="file"; filename="a.csv"', "form-data; name=file; filename=a.csv", 'form-data; name="file"'),
    *(f'form-data; name="{MARK}"; filename="a.csv"', f'form-data; name="file"; filename="{MARK}.CSV"', "form-data"),
    *('form-data; name="file"; filename="a.txt"', "form-data; name=\"file\"; filename*=UTF-8''a%2e.csv", "inline"),
    *('form-data; name="file"; filename="a\\".csv"', 'form-data;name="file";filename="é💳.csv"', '"file"', ";;;", ""),
    *('form-data; name="file"; filename="a.csv', 'form-data; name="file"; name="file"; filename="a.csv"'),
)
_MORE = (
    *("Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: base64", "Content-Length: 1", "X: \0", "X"),
    *(f"X-Note: {MARK}", f"{MARK}: 1", "X-Note: " + "n" * 9_000, ": x", "X-Note: a\r\n b", "X-Note: é", "X\rY: 1"),
)
_KINDS = (
    *(f"{FORM}; boundary={BOUNDARY}", f'{FORM}; boundary="{BOUNDARY}"', f"{FORM};charset=utf-8; BOUNDARY={BOUNDARY}"),
    *(
        FORM,
        f"{FORM}; boundary=",
        f"{FORM}; boundary=other",
        f"{FORM}; boundary={MARK}",
        f"{FORM}; boundary={'b' * 71}",
    ),
    *(f"multipart/mixed; boundary={BOUNDARY}", "text/plain", "application/json", "text/csv", f"{MARK}/{MARK}", "*/*"),
    *(f"{FORM}; boundary={BOUNDARY}; boundary={BOUNDARY}", f"{FORM}, text/csv", f"{FORM}; boundary={BOUNDARY}\t;"),
)
_DAYS = (TODAY, TODAY, TODAY, days_ago(400), days_ago(401), days_ago(-1), "today", f"{TODAY}Z", "2026-02-30", MARK, "0")
_CHUNKS = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"--",
        b"\0",
        b"\xff",
        b'"',
        b";",
        b":",
        b"\r\n\r\n",
        f"--{BOUNDARY}".encode(),
        b"=",
        b" ",
    ),
    *(f"\r\n--{BOUNDARY}\r\n".encode(), f"\r\n--{BOUNDARY}--\r\n".encode(), b"\xe2\x80\xa8", b"\x1f\x8b", b"A" * 3_000),
)


@dataclass(frozen=True)
class Drawn:
    """A request: its type, its day, its body, each with marks to fill in."""

    kind: str
    day: str
    body: bytes

    def marked(self, mark: str) -> "Drawn":
        """Return the request with its mark."""
        return replace(
            self,
            kind=self.kind.replace(MARK, mark),
            day=self.day.replace(MARK, mark),
            body=self.body.replace(MARK.encode(), mark.encode()),
        )


def _often(good: Any, others: tuple[str, ...], share: int = 6) -> st.SearchStrategy[str]:
    """The good value mostly, another now and then."""
    return st.integers(0, share).flatmap(lambda number: st.just(good) if number else st.sampled_from(others))


@st.composite
def _files(draw: Any, bank: str) -> bytes:
    """A file: good ones are rare, for each runs the workflow."""
    name = f"{MARK}-{draw(st.integers(10_000_000, 99_999_999))}"
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return file([row(name, bank, description="")])
    if kind == 1:
        return bytes(draw(st.binary(max_size=60)))
    cells = {
        "amount": f"-{MARK}",
        "type": MARK,
        "timestamp": MARK,
        "account_token": f"={MARK}",
        "description": f" {MARK}",
    }
    wrong = draw(st.sampled_from(sorted(cells)))
    header = ",".join(["transaction_id", MARK]) if kind == 2 else None
    content = file([row(name, bank, **{wrong: cells[wrong]})])
    return content if header is None else header.encode() + b"\n1,2\n"


@st.composite
def requests(draw: Any, bank: str) -> Drawn:
    """Return a strategy of requests of a bank."""
    parts = b""
    for _ in range(draw(st.sampled_from([1] * 12 + [0, 2, 3, 17]))):
        heads = [f"Content-Disposition: {draw(_often(_DISPOSITIONS[0], _DISPOSITIONS))}"]
        heads.append(f"Content-Type: {draw(_often(_TYPES[0], _TYPES))}")
        heads += draw(st.lists(st.sampled_from(_MORE), max_size=2)) if draw(st.integers(0, 5)) == 0 else []
        head = "\r\n".join([*heads, "", ""]).encode()
        parts += f"--{BOUNDARY}\r\n".encode() + head + draw(_files(bank)) + b"\r\n"
    body = parts + f"--{BOUNDARY}--\r\n".encode()
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at, removed = draw(st.integers(0, len(body))), draw(st.sampled_from([0, 0, 1, 2, 40]))
        body = body[:at] + draw(st.sampled_from(_CHUNKS)) + body[at + removed :]
    if draw(st.integers(0, 30)) == 0:
        body = body[: draw(st.integers(0, len(body)))]
    return Drawn(draw(_often(_KINDS[0], _KINDS)), draw(_often(TODAY, _DAYS)), body)


def plain_file(drawn: Drawn) -> bytes | None:
    """Return the one file of a form as its bytes stand, by nothing but its boundary; None where that is no form."""
    found = re.search(r'boundary="?([^";]+)"?', drawn.kind, re.IGNORECASE)
    if not found or not drawn.kind.lower().startswith(FORM):
        return None
    pieces = (b"\r\n" + drawn.body.lstrip(b"\r\n")).split(f"\r\n--{found[1].strip()}".encode())
    if len(pieces) != 3 or pieces[0].strip(b"\r\n") or not pieces[2].startswith(b"--") or pieces[2][2:].strip():
        return None
    head, gap, content = pieces[1].partition(b"\r\n\r\n")
    return content if gap and head.startswith(b"\r\n") else None
