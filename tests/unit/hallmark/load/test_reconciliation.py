"""The archive counts the events of all runs: what it gained when the run was judged first stays its count."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hallmark.ledger.waiting import Waiting
from hallmark.load import account as accounts
from hallmark.load.account import Account
from hallmark.load.outcome import RunOutcome
from hallmark.systems.realtime.load import reconciliation
from hallmark.systems.realtime.load.reconciliation import CardReconciliation


@dataclass
class Archive:
    """A stage with nothing but an archive."""

    events: int
    outputs: dict[str, str] = field(default_factory=lambda: {"TransactionArchive": "archive"})

    def client(self, service: str) -> Any:
        return SimpleNamespace(describe_archive=lambda ArchiveName: {"EventCount": self.events})


@pytest.fixture
def account(measured: Callable[..., RunOutcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Account:
    monkeypatch.setattr(accounts, "RUNS", tmp_path)
    return Account(measured().run)


def test_events_of_later_runs_are_not_this_runs(account: Account, measured: Callable[..., RunOutcome]) -> None:
    run = measured().run
    assert reconciliation._archived(Archive(8), run, 10, account) == 8, "two are late"
    assert reconciliation._archived(Archive(10), run, 10, account) == 10
    assert reconciliation._archived(Archive(99), run, 10, account) == 10


@pytest.mark.parametrize(("archived", "notes"), [(10, 1), (13, 2)])
def test_what_waits_and_what_others_did_is_said(archived: int, notes: int) -> None:
    waiting = Waiting("failure", 2, ("a", "b"), "hallmark redrive failure")
    ledger: Any = SimpleNamespace(accepted=10, waiting=(waiting,))
    found = CardReconciliation(ledger, archived, {}, frozenset()).notes
    assert len(found) == notes
    assert found[0] == "waiting in failure: 2, do again with `hallmark redrive failure`"
    assert all("3 more events" in note for note in found[1:])
