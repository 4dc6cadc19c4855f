"""Files that a user names: whatever they are called and whenever they are of, the ledger knows their answers."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from bank_upload.validation.multipart_form import FORM, file_of, header_value

from hallmark.csv_files.problems import Problem
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.systems.bank_upload import sending
from hallmark.systems.bank_upload.expectation import Sent
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.forms import request_of
from hallmark.systems.bank_upload.reading import refused
from hallmark.systems.bank_upload.reconcile import _read_again
from hallmark.systems.bank_upload.uploader import Answer
from infra.errors import UserError

NOW = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
ROW = "txn-00001,2026-11-20T00:40:00Z,acct_000001,1.5,USD,debit,fjord-bank"
CONTENT = f"transaction_id,timestamp,account_token,amount,currency,type,bank_id\n{ROW}\n".encode()


def file(name: str = "report.csv", day: str = "2026-11-20", content: bytes = CONTENT) -> BankFile:
    return BankFile("fjord-bank", name, content, 0, day)


@pytest.mark.parametrize(
    "name", ['a "b".csv', "a\nb.csv", "a\r\nX-Note: b.csv", "a\\.csv", "a;b=c.csv", "\x01.csv", "\udcff.csv", "送.csv"]
)
def test_a_file_of_any_name_is_one_form(name: str) -> None:
    request = request_of(file(name))
    kind = header_value(request.headers["content-type"])
    assert kind is not None and kind.value == FORM
    found = file_of(request.body, kind)
    assert (found.content, found.is_csv) == (CONTENT, True)


@pytest.mark.parametrize(
    ("name", "day", "status"),
    [
        ("report.csv", "2026-11-20", 0),
        ("REPORT.CSV", "2025-10-16", 0),
        ("report.csv", "2026-11-21", 400),
        ("report.txt", "2025-10-15", 400),
        ("report.txt", "2026-11-20", 415),
        ("report.csv\\", "2026-11-20", 415),
    ],
)
def test_the_day_and_the_name_decide_before_the_content(name: str, day: str, status: int) -> None:
    assert refused(file(name, day), NOW) == status


@pytest.mark.parametrize(
    ("refused", "size", "status"),
    [(400, 4_500_001, 400), (400, 5_000_000, 413), (415, 4_500_001, 413), (0, 4_500_001, 413)],
)
def test_a_file_that_is_too_large_is_refused_by_who_comes_first(refused: int, size: int, status: int) -> None:
    one = file(content=b"a" * size)
    assert Sent(one, Answer(status), [Problem(1, None, "too-large")], refused=refused).status == status


@pytest.mark.parametrize("status", [202, 422])
def test_a_repeat_is_read_as_of_its_first_receipt(status: int) -> None:
    """Ten minutes ahead when it first came: refused then, and now."""
    run = Run(NOW + timedelta(hours=1), 1.0, (Outcome(file(), Status.REFUSED),))
    first = Answer(status, {"receivedAt": f"2026-11-20T00:{'30' if status == 422 else '35'}:00.000Z"})
    (sent,) = _read_again(run, {file().id: first}, lambda _: None)
    assert sent.status == status


@pytest.mark.parametrize("days", [1, -399, -4_000])
def test_reports_of_days_that_are_refused_are_not_generated(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setattr(sending.clock, "now", lambda: NOW)
    monkeypatch.setattr(sending.api, "key_ids", lambda _: {"fjord-bank": "id"})
    start = NOW.replace(minute=0) + timedelta(days=days)
    stage: Any = SimpleNamespace()
    options: Any = SimpleNamespace(
        **{"bank": None, "report_date": None, "generate": 1, "rows": 1, "seed": 1, "banks": None, "given": ()},
        start=start,
    )
    with pytest.raises(UserError, match="give --start from 2025-10-19 to 2026-11-20"):
        sending.Files().items(stage, options)
