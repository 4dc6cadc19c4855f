"""Forms as clients send them, and as they break: whatever cannot be read without a guess is a 400."""

import gzip
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from urllib3.filepost import encode_multipart_formdata

from hallmark.stage import Stage
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.forms import FORMS, request_of
from tests.integration.bank_upload.conftest import Bank, Kept, id_of
from tests.integration.bank_upload.contract import BANKS, TODAY, file, new_id, row
from tests.integration.bank_upload.forms import BOUNDARY, DISPOSITION, FORM, form, joined, part
from tests.support.stage_contents import crashes

pytestmark = pytest.mark.usefixtures("quick")
BANK = BANKS[0]
Client = Callable[..., Bank]
CSV, MARK = "Content-Type: text/csv", "planted-value-of-a-form"
# Line breaks of both kinds inside quotes, dashes like a boundary's, and other scripts.
ODD = '"first\r\nsecond\nthird\r\n--{boundary}x\r\n--"'


@pytest.fixture(scope="module", autouse=True)
def crashed(stage: Stage) -> int:
    """How often a function had crashed before the first test of this file."""
    return crashes(stage)


def content() -> bytes:
    """A valid file that nobody has sent, with a cell like the end of a form."""
    return file([row(new_id(), description=ODD.format(boundary="another")), row(new_id(), description="送金 💳")])


def _urllib3(client: Bank, path: Path) -> int:
    body, kind = encode_multipart_formdata({"file": (path.name, path.read_bytes(), "text/csv")})
    return int(client.send(body, {"content-type": kind}).status)


def _requests(client: Bank, path: Path) -> int:
    headers = {"x-api-key": str(client.key), "X-Report-Date": TODAY}
    with path.open("rb") as opened:
        named = {"file": (path.name, opened, "text/csv")}
        return requests.post(client.url, files=named, headers=headers, timeout=30).status_code


def _requests_without_a_type(client: Bank, path: Path) -> int:
    headers = {"x-api-key": str(client.key), "X-Report-Date": TODAY}
    with path.open("rb") as opened:
        return requests.post(client.url, files={"file": opened}, headers=headers, timeout=30).status_code


def _curl(client: Bank, path: Path) -> int:
    named = ["-H", f"x-api-key: {client.key}", "-H", f"X-Report-Date: {TODAY}", "-F", f"file=@{path};type=text/csv"]
    said = ["-sS", "-k", "-o", str(path.with_suffix(".answer")), "-w", "%{http_code}"]
    return int(subprocess.run(["curl", *said, *named, client.url], capture_output=True, text=True, check=False).stdout)


CLIENTS: dict[str, Callable[[Bank, Path], int]] = {
    "urllib3": _urllib3,
    "requests": _requests,
    "requests, without a type": _requests_without_a_type,
    **({"curl": _curl} if shutil.which("curl") else {}),
}


@pytest.mark.control("BU_VALIDATE", "BU_API_SCHEMA")
@pytest.mark.parametrize("name", CLIENTS)
def test_a_file_comes_through_byte_by_byte_from_every_client(
    bank: Client, kept: Kept, stage: Stage, tmp_path: Path, name: str
) -> None:
    sent = content()
    path = tmp_path / "Zoë's report.csv"
    path.write_bytes(sent)
    assert CLIENTS[name](bank(BANK), path) == 202
    item = kept.ended(id_of(BANK, sent))
    assert (item["status"], item["stored"]) == ("done", 2)
    assert kept.content(item) == sent


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("name", FORMS)
def test_each_way_of_sending_has_its_answer(bank: Client, name: str) -> None:
    """The ways in which `hallmark send` posts."""
    request = request_of(BankFile(BANK, "report.csv", content(), 0, TODAY, form=name))
    assert bank(BANK).raw(request.body, request.headers).status == (FORMS[name].refused or 202)


def typed(sent: bytes, *more: str) -> bytes:
    """A part that is a CSV file."""
    return part(sent, DISPOSITION, CSV, *more)


def named(sent: bytes, disposition: str) -> bytes:
    """A form of one file with another disposition."""
    return joined(part(sent, f"Content-Disposition: {disposition}", CSV))


DASHES = f"--{BOUNDARY}".encode()
BREAKS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda sent: b"",
    "line breaks": lambda sent: b"\r\n\r\n",
    "the file alone": lambda sent: sent,
    "one boundary": lambda sent: DASHES,
    "the last boundary alone": lambda sent: DASHES + b"--\r\n",
    "the boundary twice": lambda sent: (DASHES + b"\r\n") * 2,
    "no first boundary": lambda sent: form(sent)[len(DASHES) :],
    "no last boundary": lambda sent: form(sent)[: -len(DASHES) - 6],
    "half of the last boundary": lambda sent: form(sent)[: -len(DASHES) // 2],
    "no dashes at the end": lambda sent: form(sent)[:-4],
    "one dash at the end": lambda sent: form(sent)[:-3],
    "cut in the headers": lambda sent: form(sent)[: len(DASHES) + 30],
    "cut after the headers": lambda sent: form(sent).partition(b"\r\n\r\n")[0],
    "cut in the file": lambda sent: form(sent)[: -len(sent)],
    "another boundary": lambda sent: form(sent, boundary="other"),
    "another last boundary": lambda sent: form(sent).replace(DASHES + b"--", b"--other--"),
    "two files": lambda sent: joined(typed(sent), typed(sent)),
    "two files, one of them empty": lambda sent: joined(typed(sent), typed(b"")),
    "1,000 files": lambda sent: joined(*[typed(b"")] * 1_000),
    "a form in the form": lambda sent: joined(
        part(form(sent, boundary="inner"), DISPOSITION, "Content-Type: multipart/form-data; boundary=inner")
    ),
    "a mix in the form": lambda sent: joined(
        part(form(sent, boundary="inner"), DISPOSITION, "Content-Type: multipart/mixed; boundary=inner")
    ),
    "a field beside": lambda sent: joined(part(b"x", 'Content-Disposition: form-data; name="note"'), typed(sent)),
    "a field behind": lambda sent: joined(typed(sent), part(b"x", 'Content-Disposition: form-data; name="note"')),
    "no part is a file": lambda sent: joined(part(sent, 'Content-Disposition: form-data; name="note"')),
    "another name": lambda sent: named(sent, 'form-data; name="files"; filename="a.csv"'),
    "another name's case": lambda sent: named(sent, 'form-data; name="File"; filename="a.csv"'),
    "no name": lambda sent: named(sent, 'form-data; filename="a.csv"'),
    "two names": lambda sent: named(sent, 'form-data; name="file"; name="other"; filename="a.csv"'),
    "two file names": lambda sent: named(sent, 'form-data; name="file"; filename="a.csv"; filename="b.exe"'),
    "an attachment": lambda sent: named(sent, 'attachment; name="file"; filename="a.csv"'),
    "an open quote": lambda sent: named(sent, 'form-data; name="file; filename=a.csv'),
    "no disposition": lambda sent: joined(part(sent, CSV)),
    "two dispositions": lambda sent: joined(part(sent, DISPOSITION, DISPOSITION, CSV)),
    "two types": lambda sent: joined(typed(sent, CSV)),
    "two types in one": lambda sent: joined(part(sent, DISPOSITION, "Content-Type: text/csv, text/html")),
    "no headers": lambda sent: joined(part(sent)),
    "a header without a colon": lambda sent: joined(typed(sent, "nonsense")),
    "a header without a name": lambda sent: joined(typed(sent, ": x")),
    "a folded header": lambda sent: joined(typed(sent, "X-Note: a\r\n b")),
    "a NUL in a header": lambda sent: joined(typed(sent, "X-Note: a\0b")),
    "a lone CR in a header": lambda sent: joined(typed(sent, "X-Note: a\rb")),
    "a header of 20 KB": lambda sent: joined(typed(sent, f"X-Note: {'n' * 20_000}")),
    "a header of 1 MB": lambda sent: joined(typed(sent, f"X-Note: {'n' * 1_000_000}")),
    "1,000 headers": lambda sent: joined(typed(sent, *[f"X-{number}: n" for number in range(1_000)])),
    "a file name of 20 KB": lambda sent: named(sent, f'form-data; name="file"; filename="{"n" * 20_000}.csv"'),
    "lines that end with LF": lambda sent: form(sent.replace(b"\r\n", b"\n")).replace(b"\r\n", b"\n"),
    "lines that end with CR": lambda sent: form(sent.replace(b"\n", b"")).replace(b"\r\n", b"\r"),
    "text before": lambda sent: b"preamble\r\n" + form(sent),
    "text behind": lambda sent: form(sent) + b"epilogue",
    "a second form behind": lambda sent: form(sent) * 2,
    "base64": lambda sent: joined(typed(sent, "Content-Transfer-Encoding: base64")),
    "quoted-printable": lambda sent: joined(typed(sent, "Content-Transfer-Encoding: quoted-printable")),
    "gzip": lambda sent: gzip.compress(form(sent)),
    "UTF-16": lambda sent: form(b"").decode().encode("utf-16"),
    "its boundary in the file": lambda sent: form(sent + b"\r\n" + DASHES + b"\r\n" + sent),
}


@pytest.mark.control("BU_BAD_INPUT", "BU_VALIDATE")
@pytest.mark.parametrize("what", BREAKS)
def test_a_form_that_is_broken_is_400_and_leaves_nothing(bank: Client, kept: Kept, what: str) -> None:
    sent = content().replace(b"rent", MARK.encode())
    answer = bank(BANK).send(BREAKS[what](sent))
    assert answer.status == 400, answer.data
    said: Any = answer.json()
    assert [error["field"] for error in said["errors"]] == ["body"] and said["errors"][0]["rule"]
    assert MARK not in answer.data.decode()
    assert kept.upload(id_of(BANK, sent)) is None


BOUNDARIES = {
    **{"none": "", "empty": "; boundary=", "two": f"; boundary={BOUNDARY}; boundary={BOUNDARY}"},
    **{
        "71 characters": f"; boundary={'b' * 71}",
        "a space at its end": '; boundary="b "',
        "other letters": "; boundary=bé",
    },
    **{"an open quote": f'; boundary="{BOUNDARY}', "another parameter alone": "; charset=utf-8", "@": "; boundary=a@b"},
    "two types": f"; boundary={BOUNDARY}, text/csv",
}


@pytest.mark.control("BU_BAD_INPUT", "BU_VALIDATE")
@pytest.mark.parametrize("what", BOUNDARIES)
def test_a_boundary_that_is_none_is_400(bank: Client, what: str) -> None:
    kind = f"{FORM}{BOUNDARIES[what]}".encode().decode("latin-1")
    answer = bank(BANK).send(form(content()), {"content-type": kind})
    assert answer.status == 400, answer.data
    assert {error["field"] for error in answer.json()["errors"]} <= {"body", "Content-Type"}


@pytest.mark.control("BU_BAD_INPUT", "BU_VALIDATE")
def test_a_form_that_is_cut_anywhere_is_400(bank: Client) -> None:
    whole = form(content())
    end = len(DASHES) + 4
    places = [*range(0, len(whole) - end, 37), *range(len(whole) - end, len(whole) - 2)]
    statuses = {place: bank(BANK).send(whole[:place]).status for place in places}
    assert {place: status for place, status in statuses.items() if status != 400} == {}
    assert bank(BANK).send(whole[:-2]).status == 202


OTHER_FILES = {
    "another type": joined(part(b"a", DISPOSITION, "Content-Type: application/json")),
    "a spreadsheet": joined(part(b"a", DISPOSITION, "Content-Type: application/vnd.ms-excel")),
    "another charset": joined(part(b"a", DISPOSITION, "Content-Type: text/csv; charset=utf-16")),
    "no type and another name": joined(part(b"a", DISPOSITION.replace(".csv", ".txt"))),
    "no type and no name": joined(part(b"a", 'Content-Disposition: form-data; name="file"')),
}


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("what", OTHER_FILES)
def test_a_file_of_another_type_is_415(bank: Client, what: str) -> None:
    answer = bank(BANK).send(OTHER_FILES[what])
    assert (answer.status, FORM in answer.json()["message"]) == (415, True)


@pytest.mark.control("BU_VALIDATE")
def test_zero_bytes_of_a_file_are_a_file_without_rows(bank: Client) -> None:
    answer = bank(BANK).send(form(b""))
    assert (answer.status, answer.json()["problems"]) == (422, [{"line": 1, "column": None, "rule": "no-rows"}])


@pytest.mark.control("BU_BAD_INPUT")
def test_a_body_in_another_encoding_is_refused_by_what_it_is(bank: Client) -> None:
    body = gzip.compress(form(content()))
    answer = bank(BANK).send(body, {"content-encoding": "gzip"})
    assert answer.status in (400, 415)


@pytest.mark.control("BU_BAD_INPUT")
def test_chunks_are_put_together(bank: Client) -> None:
    whole = form(content())
    client = bank(BANK)
    headers = {"x-api-key": str(client.key), "content-type": f"{FORM}; boundary={BOUNDARY}", "x-report-date": TODAY}
    chunks = iter([whole[:50], whole[50:51], whole[51:]])
    answer = urllib3.request("POST", client.url, body=chunks, headers=headers, retries=False)
    assert answer.status == 202, answer.data


@pytest.mark.control("BU_BAD_INPUT")
def test_no_form_has_crashed_a_function(stage: Stage, crashed: int) -> None:
    assert crashes(stage) == crashed
