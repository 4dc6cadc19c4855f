"""The archive has the events of all runs: a run's own are counted by their ids."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from hallmark.sending.outcome import Run
from hallmark.systems.realtime.load import reconciliation
from hallmark.systems.realtime.load.measures import archive_missing
from hallmark.systems.realtime.load.reconciliation import Archived, CardReconciliation
from tests.unit.hallmark.systems.realtime.ledger.pipeline import RECEIVED_AT, TOTAL, carried_run

LATER = "2026-11-20T16:00:00.000Z"


@dataclass
class Archive:
    """A stage with nothing but an archive, which shows its events or does not."""

    shown: Sequence[str] | None
    outputs: dict[str, str] = field(default_factory=lambda: {"TransactionArchive": "archive"})

    def archived(self, archive: str) -> Sequence[str] | None:
        return self.shown


def _event(identity: str, received_at: str = RECEIVED_AT) -> str:
    return json.dumps({"transactionId": identity, "receivedAt": received_at})


@pytest.fixture
def run() -> Run:
    return carried_run()[1]


@pytest.mark.parametrize("others", [[], ["other-1", "other-2"]])
def test_events_of_others_do_not_stand_for_a_runs_own(run: Run, others: list[str]) -> None:
    ours = [outcome.item.id for outcome in run.outcomes]
    repeated = [*ours[1:], ours[1]]
    shown = [*map(_event, (*repeated, *others)), _event("afterwards", LATER)]
    assert reconciliation._archived(Archive(shown), run) == Archived(TOTAL - 1, 1, len(others))


def test_what_the_archive_does_not_show_is_not_measured(run: Run) -> None:
    ledger: Any = SimpleNamespace(verdicts={})
    found = [
        CardReconciliation(ledger, archived, {}, frozenset())
        for archived in (Archived(9, 1, 7), reconciliation._archived(Archive(None), run))
    ]
    assert [dict(one.figures) for one in found] == [{"archived": 9, "verdicts": 0}, {"verdicts": 0}]
    outcomes: list[Any] = [SimpleNamespace(reconciliation=one) for one in found]
    assert [archive_missing(one, "steady") for one in outcomes] == [1, None]


@pytest.mark.parametrize(("others", "notes"), [(0, 1), (3, 2)])
def test_what_differs_and_what_others_did_is_said(others: int, notes: int) -> None:
    ledger: Any = SimpleNamespace(differences=["alerts: expected 2, observed 1; missing: a"])
    found = CardReconciliation(ledger, Archived(10, 0, others), {}, frozenset()).notes
    assert len(found) == notes
    assert found[0] == "alerts: expected 2, observed 1; missing: a"
    assert all(note.startswith("3 transactions of others") for note in found[1:])
