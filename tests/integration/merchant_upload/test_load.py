"""A load run of files: each is uploaded with its merchant's key, and every row accounted for, also again."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from hallmark.load import account, generator, run_file, session
from hallmark.load.generator import Settings
from hallmark.systems.merchant_upload.load.platform import ANOMALY_DETECTION, VALIDATION, means_of

FILES = 7


@pytest.fixture(autouse=True)
def _runs(tmp_path, monkeypatch, running_emulator) -> Iterator[None]:
    note = tmp_path / "stage.json"
    note.write_text(json.dumps(asdict(running_emulator)))
    monkeypatch.setenv("HALLMARK_STAGE_FILE", str(note))
    for module in (generator, account):
        monkeypatch.setattr(module, "RUNS", tmp_path)


@pytest.mark.control("MU_SLA", "MU_NO_LOSS")
def test_every_row_of_every_merchants_file_is_accounted_for(stage, tmp_path):
    result = session.run(stage, "smoke", Settings(), False, lambda _: None).result
    assert not [judged.told for judged in result.objectives if not judged.passed]
    ledger = result.ledger
    assert (ledger["sent"], ledger["accepted"], ledger["lost"], ledger["waiting"]) == (FILES, FILES, 0, 0)
    assert 0 < ledger["stored"] < ledger["rows"]
    means = means_of(stage)
    assert all(result.usage[f"processor:{one.name}"] > 0 for one in means.values())
    assert [(means[name].executions, means[name].memory) for name in (VALIDATION, ANOMALY_DETECTION)] == [
        (1, 512),
        (8, 512),
    ]
    made = run_file.read(tmp_path / "smoke.json")
    again = session.judge(stage, made, False, lambda _: None).result
    assert (again.ledger, again.objectives) == (ledger, result.objectives)
    gone = session.kept(made, session.UserError("it is gone"))
    assert replace(gone, notes=()) == replace(again, notes=())
