"""A load run of uploads: each is posted with its key, and every row and announcement accounted for, also again."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from hallmark.load import account, generator, run_file, session
from hallmark.load.generator import Settings
from hallmark.systems.bank_upload.load.platform import means_of
from infra.bank_upload.outputs import Output

FILES, ROWS = 7, 20


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch, running_emulator) -> Iterator[None]:
    note = tmp_path / "stage.json"
    note.write_text(json.dumps(asdict(running_emulator)))
    monkeypatch.setenv("HALLMARK_STAGE_FILE", str(note))
    for module in (generator, account):
        monkeypatch.setattr(module, "RUNS", tmp_path)


@pytest.mark.control("BU_LOAD", "BU_NO_LOSS")
def test_every_row_of_every_banks_file_is_accounted_for(stage, tmp_path):
    judgement = session.run(stage, "smoke", Settings(), False, lambda _: None)
    result, reconciled = judgement.result, judgement.outcome.reconciliation
    assert not [judged.told for judged in result.objectives if not judged.passed]
    assert not result.notes
    ledger = result.ledger
    assert (ledger["sent"], ledger["accepted"], ledger["lost"], ledger["waiting"]) == (FILES, FILES, 0, 0)
    assert (ledger["rows"], ledger["stored"]) == (FILES * ROWS, FILES * ROWS)
    announced = {line.place: (line.observed, line.judged) for line in reconciled.ledger.places}["announcements"]
    assert announced == (FILES, True)
    assert all(result.usage[f"processor:{one.name}"] > 0 for one in means_of(stage).values())
    machine = stage.outputs[Output.WORKFLOW_ARN].rpartition(":")[2]
    assert result.usage[f"executions:{machine}"] == FILES
    assert result.usage[f"duration:{machine}"] > 0
    made = run_file.read(tmp_path / "smoke.json")
    again = session.judge(stage, made, False, lambda _: None).result
    assert (again.ledger, again.objectives) == (ledger, result.objectives)
    gone = session.kept(made, session.UserError("it is gone"))
    assert replace(gone, notes=()) == replace(again, notes=())
