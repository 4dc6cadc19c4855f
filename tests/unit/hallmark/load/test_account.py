"""A run's account gives the same result again, without its stage, and after other runs."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hallmark.evidence.load_result import LoadResult
from hallmark.load import account as accounts
from hallmark.load import run_file, session
from hallmark.load.account import Account
from hallmark.load.floor_run import Floor, floor_from
from hallmark.load.latencies import Latencies
from hallmark.load.outcome import RunOutcome
from hallmark.load.run_file import RunFile
from infra.errors import UserError

RESULT = LoadResult(
    "realtime", "smoke", "about", "embedded", "dev", "2026-11-21T12:00:00Z", 1.0, 1.0, 1, 1, "machine", "native",
    (), (), (), (), {"lost": 0}, {}, {}, ("one note",),
)  # fmt: skip


@pytest.fixture
def run(measured: Callable[..., RunOutcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> RunFile:
    monkeypatch.setattr(accounts, "RUNS", tmp_path)
    return measured().run


def test_counts_are_kept_by_run(run: RunFile) -> None:
    Account(run).keep("buffer", [["txn", "rule", 1, 1]])
    other = replace(run, started="2026-11-21T13:00:00Z")
    assert Account(run).counted == {"buffer": [["txn", "rule", 1, 1]]}
    assert Account(other).counted == {}


def test_the_run_stays_when_the_next_one_overwrites_its_file(run: RunFile) -> None:
    path = Account(run).run_path
    assert run_file.read(path) == run
    assert Account(run_file.read(path)).run_path == path


def test_what_was_measured_first_is_what_counts(run: RunFile) -> None:
    assert Account(run).first("usage", {}) == {}
    assert Account(run).first("usage", {"calls": 1}) == {"calls": 1}
    assert Account(run).first("usage", {"calls": 9}) == {"calls": 1}


def test_a_floor_survives() -> None:
    floor = Floor(20.0, Latencies([1000, 1000, 5000]), {"p50": 1.0}, ("slow",))
    again = floor_from(json.loads(json.dumps(floor.to_dict())))
    assert again is not None
    assert (again.rate, again.numbers, again.notes) == (floor.rate, floor.numbers, floor.notes)
    assert again.latencies.rows == floor.latencies.rows
    assert floor_from(None) is None


def test_without_its_stage_a_run_has_its_last_result_and_what_cannot_be_checked(run: RunFile) -> None:
    Account(run).close(RESULT, ("transactions table", "buffer queue"))
    found = session.kept(run, UserError("no stage is running: run `hallmark up`"))
    assert replace(found, notes=RESULT.notes) == RESULT
    assert found.notes == (
        "one note",
        "the run's stage cannot be read (no stage is running), so this is the last result of its account; "
        "not checked again: transactions table, buffer queue",
    )


def test_a_run_that_was_never_judged_needs_its_stage(run: RunFile) -> None:
    with pytest.raises(UserError, match=r"^no stage is running; the run was never judged"):
        session.kept(run, UserError("no stage is running"))


def test_a_stage_that_was_deployed_anew_is_another_one(run: RunFile) -> None:
    class Stage:
        name, incarnation = "dev", "arn:2"

    session.require(Stage(), replace(run, stack="arn:2"))
    with pytest.raises(UserError, match="made by an earlier version"):
        session.require(Stage(), run)
    with pytest.raises(UserError, match="deployed anew since this run"):
        session.require(Stage(), replace(run, stack="arn:1"))


def test_a_damaged_account_is_named(run: RunFile) -> None:
    path = Account(run).run_path
    path.with_suffix(".account.json").write_text("{")
    with pytest.raises(UserError, match=r"account\.json is damaged: delete it"):
        Account(run)
