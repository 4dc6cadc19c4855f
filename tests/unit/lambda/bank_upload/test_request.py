"""Requests to `POST /upload`: forms that are taken, and all others by the code and the field that the answer has."""

import base64
from datetime import date, timedelta

import pytest
import requests
from bank_upload.validation.request import Refused, read_request

TODAY, MOST = date(2026, 11, 20), 1_000
CSV = b"a,b\r\n1,\xff\r\n"
B = "boundary1"
DISPOSITION = 'Content-Disposition: form-data; name="file"; filename="day.csv"'


def part(*headers: str, content: bytes = CSV) -> bytes:
    return "\r\n".join([*headers, "", ""]).encode() + content


def form(*parts: bytes, boundary: str = B, end: bytes = b"--\r\n") -> bytes:
    delimiter = b"--" + boundary.encode()
    return b"".join(delimiter + b"\r\n" + one + b"\r\n" for one in parts) + delimiter + end


TYPED = part(DISPOSITION, "Content-Type: text/csv")
GOOD = form(TYPED)


def event(body: bytes = GOOD, kind: str = f"multipart/form-data; boundary={B}", **more):
    headers = {"Content-Type": [kind], "X-Report-Date": ["2026-11-20"]}
    encoded = base64.b64encode(body).decode()
    return {"multiValueHeaders": headers, "body": encoded, "isBase64Encoded": True, **more}


def code(asked) -> int:
    try:
        read_request(asked, TODAY, MOST)
    except Refused as refused:
        return refused.code
    return 202


def of_part(*headers: str) -> bytes:
    return form(part(*headers))


BODIES = {
    "a typed part": (GOOD, 202),
    "a type in other case, with UTF-8": (of_part(DISPOSITION, 'content-type: Text/CSV; Charset="UTF-8"'), 202),
    "a type with another parameter": (of_part(DISPOSITION, "Content-Type: text/csv; header=present"), 202),
    "no type, and a name that says it": (of_part(DISPOSITION), 202),
    "a name in capitals": (of_part(DISPOSITION.replace("day.csv", "DAY.CSV")), 202),
    "a name that is a path": (of_part(DISPOSITION.replace("day", "../../etc/day")), 202),
    "a name of Windows": (of_part(DISPOSITION.replace("day", "C:\\\\tmp\\\\day")), 202),
    "an encoded name": (of_part("Content-Disposition: form-data; name=file; filename*=UTF-8''d%C3%A9.csv"), 202),
    "a type without a name": (of_part('Content-Disposition: form-data; name="file"', "Content-Type: text/csv"), 202),
    "binary, which changes nothing": (of_part(DISPOSITION, "Content-Transfer-Encoding: binary"), 202),
    "its length": (of_part(DISPOSITION, f"Content-Length: {len(CSV)}"), 202),
    "zero bytes of a file": (form(part(DISPOSITION, content=b"")), 202),
    "line breaks around": (b"\r\n" + GOOD + b"\r\n", 202),
    "no type, and another name": (of_part(DISPOSITION.replace(".csv", ".txt")), 415),
    "no type, and no name": (of_part('Content-Disposition: form-data; name="file"'), 415),
    "another type": (of_part(DISPOSITION, "Content-Type: application/octet-stream"), 415),
    "a spreadsheet": (of_part(DISPOSITION, "Content-Type: application/vnd.ms-excel"), 415),
    "another type than its name": (of_part(DISPOSITION.replace(".csv", ".csv.exe"), "Content-Type: text/csv"), 415),
    "two names, one of a program": (of_part(f"{DISPOSITION}; filename*=UTF-8''x.exe", "Content-Type: text/csv"), 415),
    "another charset": (of_part(DISPOSITION, "Content-Type: text/csv; charset=iso-8859-1"), 415),
    "too many bytes": (form(part(DISPOSITION, content=b"x" * (MOST + 1))), 413),
    "too many bytes of another type": (form(part(DISPOSITION.replace(".csv", ".txt"), content=b"x" * (MOST + 1))), 413),
    "as many bytes as there may be": (form(part(DISPOSITION, content=b"x" * MOST)), 202),
    "nothing": (b"", 400),
    "no parts": (f"--{B}--\r\n".encode(), 400),
    "another boundary": (form(TYPED, boundary="other"), 400),
    "two files": (form(TYPED, TYPED), 400),
    "many parts": (form(*[TYPED] * 100), 400),
    "another field beside": (form(part('Content-Disposition: form-data; name="note"'), TYPED), 400),
    "another field alone": (of_part(DISPOSITION.replace("file", "data", 1)), 400),
    "no name of the field": (of_part("Content-Disposition: form-data"), 400),
    "no disposition": (of_part("Content-Type: text/csv"), 400),
    "another disposition": (of_part(DISPOSITION.replace("form-data", "attachment")), 400),
    "a disposition twice": (of_part(DISPOSITION, DISPOSITION), 400),
    "a type twice": (of_part(DISPOSITION, "Content-Type: text/csv", "Content-Type: text/csv"), 400),
    "a name twice": (of_part(f'{DISPOSITION}; filename="x.exe"'), 400),
    "a field's name twice": (of_part(f'{DISPOSITION}; name="x"'), 400),
    "a quote in a name": (of_part(DISPOSITION.replace("day", 'd"ay')), 400),
    "NUL in a name": (of_part(DISPOSITION.replace("day", "x.exe\0")), 400),
    "NUL in another header": (of_part(DISPOSITION, "X-Note: a\0b"), 400),
    "a lone CR in another header": (of_part(DISPOSITION, "X-Note: a\rb"), 400),
    "a header's name with a space": (of_part(DISPOSITION, "X Note: a"), 400),
    "a folded header": (of_part(DISPOSITION, "Content-Type: text/csv;\r\n charset=utf-8"), 400),
    "base64 inside": (of_part(DISPOSITION, "Content-Transfer-Encoding: base64"), 400),
    "quoted-printable inside": (of_part(DISPOSITION, "Content-Transfer-Encoding: quoted-printable"), 400),
    "a wrong length": (of_part(DISPOSITION, "Content-Length: 3"), 400),
    "a nested form": (of_part(DISPOSITION, "Content-Type: multipart/mixed; boundary=x"), 400),
    "a huge header": (of_part(DISPOSITION, "X-Padding: " + "x" * 9_000), 400),
    "many headers": (of_part(DISPOSITION, *(f"X-{number}: x" for number in range(99))), 400),
    "LF alone": (GOOD.replace(b"\r\n", b"\n"), 400),
    "truncated in the file": (GOOD[: -len(B) - 9], 400),
    "truncated in the last boundary": (GOOD[:-5], 400),
    "truncated in a header": (GOOD[:60], 400),
    "text before": (b"hello\r\n" + GOOD, 400),
    "text after": (GOOD + b"hello", 400),
    "another file after the end": (GOOD + GOOD, 400),
}
KINDS = {
    f"multipart/form-data; boundary={B}": 202,
    f'Multipart/Form-Data;boundary="{B}"': 202,
    f"multipart/form-data ; charset=utf-8; BOUNDARY = {B};": 202,
    "multipart/form-data": 400,
    "multipart/form-data; boundary=": 400,
    'multipart/form-data; boundary=""': 400,
    f"multipart/form-data; boundary={B}; boundary=x": 400,
    f"multipart/form-data boundary={B}": 400,
    f"multipart/form-data, text/csv; boundary={B}": 400,
    "multipart/form-data; boundary=" + "b" * 71: 400,
    "multipart/form-data; boundary=b\u00e9": 400,
    "": 400,
    f"multipart/mixed; boundary={B}": 415,
    "text/csv": 415,
    "application/json": 415,
    "application/x-www-form-urlencoded": 415,
    "image/png; a=b": 415,
}
DATES = {
    "2026-11-20": 202,
    "2025-10-16": 202,
    "2026-11-21": 400,
    "2025-10-15": 400,
    "2026-11-31": 400,
    "2026-1-20": 400,
    "20261120": 400,
    "2026-11-20T00:00:00Z": 400,
    " 2026-11-20": 400,
    "2026-11-20, 2026-11-20": 400,
    "\u0662026-11-20": 400,
    "0000-01-01": 400,
    "": 400,
}


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_taken_or_refused(name):
    body, expected = BODIES[name]
    assert code(event(body)) == expected


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("kind", KINDS)
def test_a_type_is_taken_or_refused(kind):
    assert code(event(kind=kind)) == KINDS[kind]


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize("text", DATES)
def test_a_report_date_is_taken_or_refused(text):
    asked = event()
    asked["multiValueHeaders"]["X-Report-Date"] = [text]
    assert code(asked) == DATES[text]


def test_today_is_the_day_in_utc():
    asked = event()
    for day, expected in ((TODAY - timedelta(days=1), 400), (TODAY, 202), (TODAY + timedelta(days=400), 202)):
        try:
            found = read_request(asked, day, MOST).report_date == date(2026, 11, 20) and 202
        except Refused as refused:
            found = refused.code
        assert found == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"headers": {"content-type": f"multipart/form-data; boundary={B}", "X-REPORT-DATE": "2026-11-20"}}, 202),
        ({"headers": None}, 400),
        ({}, 400),
        ({"multiValueHeaders": {"x-report-date": ["2026-11-20"]}}, 400),
        (
            {
                "multiValueHeaders": {
                    "content-type": [f"multipart/form-data; boundary={B}"],
                    "x-report-date": ["2026-11-20", "2026-11-19"],
                }
            },
            400,
        ),
        (
            {
                "multiValueHeaders": {
                    "content-type": [f"multipart/form-data; boundary={B}"],
                    "x-report-date": ["2026-11-20"],
                    "X-Report-Date": ["2026-11-19"],
                }
            },
            400,
        ),
        ({"multiValueHeaders": {"content-type": ["text/csv", "text/csv"], "x-report-date": ["2026-11-20"]}}, 400),
    ],
)
def test_headers_are_found_in_any_case_and_only_once(headers, expected):
    asked = event()
    del asked["multiValueHeaders"]
    assert code({**asked, **headers}) == expected


@pytest.mark.parametrize(
    "broken",
    [lambda text: text[:-1], lambda text: f"{text}\n", lambda text: f"{text}====", lambda text: f"\u00e9{text}"],
)
def test_a_body_that_is_no_base64_is_refused(broken):
    asked = event()
    assert code({**asked, "body": broken(asked["body"])}) == 400


def test_a_body_that_was_handed_on_as_text_is_taken_if_it_is_whole():
    text = form(part(DISPOSITION, content="é".encode())).decode()
    assert code({**event(), "body": text, "isBase64Encoded": False}) == 202
    assert code({**event(), "body": text.replace("é", "\ufffd"), "isBase64Encoded": False}) == 400
    assert code({**event(), "body": text.replace("é", "\ud800"), "isBase64Encoded": False}) == 400
    assert code({**event(), "body": None}) == 400


def test_the_first_code_answers():
    large = form(part(DISPOSITION.replace(".csv", ".txt"), content=b"x" * (MOST + 1)))
    wrong_date = {"X-Report-Date": ["tomorrow"]}
    asked = event(large)
    assert code(asked) == 413
    asked["multiValueHeaders"].update(wrong_date)
    assert code(asked) == 400
    other = event(kind="text/csv")
    other["multiValueHeaders"].update(wrong_date)
    assert code(other) == 400


def test_all_that_is_wrong_is_named_without_values():
    asked = event(b"secret", kind=f"multipart/form-data; boundary={B}")
    asked["multiValueHeaders"]["X-Report-Date"] = ["secret"]
    with pytest.raises(Refused) as raised:
        read_request(asked, TODAY, MOST)
    refused = raised.value
    assert [error["field"] for error in refused.errors] == ["X-Report-Date", "body"]
    assert "secret" not in f"{refused.message}{refused.errors}"


@pytest.mark.parametrize(
    "file", [("day.csv", CSV, "text/csv"), ("day.csv", CSV), ("día.csv", CSV, "text/csv"), ('a"b.csv', CSV, "text/csv")]
)
def test_what_a_client_library_sends_is_read(file):
    sent = requests.Request("POST", "https://api/upload", files={"file": file}).prepare()
    found = read_request(event(sent.body, sent.headers["Content-Type"]), TODAY, MOST)
    assert found.content == CSV
