"""`hallmark screening lists` prints every list, its dates and what to know of it, also one past its review."""

from datetime import date, timedelta
from hashlib import sha256

import pytest

from hallmark.project import ROOT
from hallmark.systems.screening.commands import lists as command
from infra import dated_lists
from infra.errors import UserError
from infra.screening.lists import lists

ALL = lists()
EARLIEST = min(one.review_by for one in ALL)


def printed(day: date, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[str, str | None]:
    """Return what the command prints on a day, and the line with which it ends, if by an error."""
    monkeypatch.setattr(dated_lists, "today", lambda: day)
    try:
        command.lists()
    except UserError as error:
        return capsys.readouterr().out, str(error)
    return capsys.readouterr().out, None


def test_every_list_is_printed_with_its_dates_its_source_and_its_note(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, error = printed(EARLIEST - timedelta(days=1), monkeypatch, capsys)
    assert error is None
    for one in ALL:
        left = (one.review_by - EARLIEST).days + 1
        plural = "" if left == 1 else "s"
        dates = f"version {one.version}, effective {one.effective}, review by {one.review_by} ({left} day{plural} left)"
        digest = sha256((ROOT / one.file).read_bytes()).hexdigest()
        assert f"{one.id}  {dates}\n  {one.file}, SHA-256 {digest}\n  {one.source}\n" in text
        assert one.note in text


def test_the_last_day_is_a_good_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text, error = printed(EARLIEST, monkeypatch, capsys)
    assert error is None
    assert "(0 days left)" in text


def test_a_list_past_its_review_is_printed_and_ends_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text, error = printed(EARLIEST + timedelta(days=1), monkeypatch, capsys)
    late = [one.id for one in ALL if one.review_by == EARLIEST]
    assert text.count("(past since 1 day)") == len(late)
    assert error is not None
    assert all(f"{name} by {EARLIEST}" in error for name in late)
