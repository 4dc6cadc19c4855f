"""A load run on a deployed stage: a good one is accounted for to the last transaction, a slow system fails."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from hallmark.evidence.load_result import Judged, LoadResult
from hallmark.load import generator
from hallmark.load.generator import Settings
from hallmark.load.session import run
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from infra.realtime.outputs import Output

SECONDS, SENT, COUNTED, DELAY_SECONDS = 2, 28, 20, 0.4
TIMELESS = ("error rate", "requests", "lost", "ledger differences", "archive missing")


@pytest.fixture(autouse=True)
def _runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "RUNS", tmp_path)


def _smoke(stage: DeployedStage, processes: int = 1) -> LoadResult:
    return run(stage, "smoke", Settings(processes=processes, seconds=SECONDS), True, lambda progress: None).result


def _judged(result: LoadResult) -> Mapping[str, Judged]:
    return {judged.measure: judged for judged in result.objectives}


@pytest.mark.parametrize("processes", [1, 2])
def test_every_transaction_is_accounted_for(stage: DeployedStage, processes: int, tmp_path: Path) -> None:
    result = _smoke(stage, processes)
    judged = _judged(result)
    assert not [judged[name].told for name in TIMELESS if not judged[name].passed]
    assert judged["requests"].found == COUNTED
    ledger = result.ledger
    assert (ledger["sent"], ledger["accepted"], ledger["archived"], ledger["lost"]) == (SENT, SENT, SENT, 0)
    assert result.generators == processes
    assert result.usage["events:realtime-transaction-dev"] == SENT
    assert result.usage["calls:dynamodb:TransactWriteItems"] == SENT
    assert (tmp_path / "smoke.html").read_text().startswith("<!")


def test_a_slow_system_fails_and_says_by_how_much(stage: DeployedStage, running_emulator: Emulator) -> None:
    table = stage.outputs[Output.TRANSACTIONS_TABLE]
    slow = Injection("dynamodb", "Query", "delay", contains=(table,), times=10**6, seconds=DELAY_SECONDS)
    with inject(running_emulator.endpoint, slow) as fault:
        judged = _judged(_smoke(stage))
        assert fault.strikes >= SENT
    p50 = judged["p50"]
    assert not p50.passed
    assert p50.found is not None and p50.found >= 1000 * DELAY_SECONDS
    assert p50.told.endswith(f"{p50.found - p50.bound:.4g} ms too much")
    assert not [judged[name].told for name in TIMELESS if not judged[name].passed]
