"""A load run of transactions: each is started, decided and accounted for, also again; its floor answers and is gone."""

import json
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from hallmark.load import account, generator, run_file, session
from hallmark.load.floor import floor_beside, floor_of
from hallmark.load.generator import Settings
from hallmark.systems.screening.load import platform
from hallmark.systems.screening.load.screening_load import ScreeningLoad
from hallmark.systems.screening.machine import Machine

SENT = 42


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch, running_emulator) -> Iterator[None]:
    note = tmp_path / "stage.json"
    note.write_text(json.dumps(asdict(running_emulator)))
    monkeypatch.setenv("HALLMARK_STAGE_FILE", str(note))
    for module in (generator, account):
        monkeypatch.setattr(module, "RUNS", tmp_path)


@pytest.mark.control("SC_LOAD", "SC_NO_LOSS")
def test_every_transaction_is_decided_and_accounted_for(stage, tmp_path):
    judgement = session.run(stage, "smoke", Settings(), False, lambda _: None)
    result, reconciled = judgement.result, judgement.outcome.reconciliation
    assert not [judged.told for judged in result.objectives if not judged.passed and judged.measure != "p50"]
    assert not result.notes
    ledger = result.ledger
    assert (ledger["sent"], ledger["failed"], ledger["lost"], ledger["waiting"]) == (SENT, 0, 0, 0)
    assert ledger["decided"] + ledger.get("rejected", 0) == SENT
    assert reconciled.reserved == dict.fromkeys(platform.FUNCTIONS, 100)
    assert all(reconciled.durations.values())
    made = run_file.read(tmp_path / "smoke.json")
    again = session.judge(stage, made, False, lambda _: None).result
    assert (again.ledger, again.objectives) == (ledger, result.objectives)


def test_the_floor_answers_as_the_workflow_does_and_is_removed(stage, monkeypatch):
    monkeypatch.setattr(platform, "COLD_SECONDS", 0.5)
    monkeypatch.setattr(platform, "SECONDS", 1.0)
    load = ScreeningLoad()
    with floor_beside(stage, load) as floor:
        found = Machine(floor).run("{}")
        assert (found.status, found.output["decision"]) == ("SUCCEEDED", "approved")
        assert load.sustained(floor) > 0
    assert not floor_of(stage).is_up
