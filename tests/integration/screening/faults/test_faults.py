"""Under every fault of the table each started transaction is decided once, or its letter waits, and none is lost."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Fault
from hallmark.faults import FaultSpec, load
from hallmark.stage import Stage
from tests.support.faults import cases

TABLE = load("screening")


@pytest.mark.control("SC_NO_LOSS", "SC_IDEMPOTENT", "SC_SFN_DLQ", "SC_ALERT")
@pytest.mark.parametrize("spec", cases(TABLE))
def test_nothing_is_lost_and_nothing_happens_twice(
    spec: FaultSpec, results: Any, record_fault: Callable[[Fault], None]
) -> None:
    trial, reckoning = results.trials[spec.id], results.reckoning
    if trial.trouble:
        raise trial.trouble
    assert trial.strikes > 0, "the fault did not strike"
    assert trial.outcomes, "no transaction was started"
    seen = reckoning.row(trial)
    record_fault(seen)
    assert {execution: reckoning.done[execution] for execution in trial.fails} == trial.fails
    assert reckoning.lost(trial) == set()
    assert reckoning.waits(trial) == trial.stays
    differences = reckoning.mine(trial, reckoning.ledger.mismatches)
    # That an alert came twice is counted.
    assert {one for one in differences if "alert: told" not in one} == set()
    assert seen.duplicates <= spec.duplicates, seen.seen


def test_what_fails_is_in_the_queue_or_stuck_until_it_is_redriven(results: Any) -> None:
    unkept = [
        (trial, execution)
        for trial in results.trials.values()
        for execution, steps in trial.fails.items()
        if "kept" not in steps
    ]
    assert unkept
    for trial, _ in unkept:
        assert any(name.startswith(trial.prefix) for name in results.reckoning.stuck), trial.fault
    assert results.reckoning.waiting.waiting


def test_every_trial_is_in_the_table(stage: Stage, results: Any) -> None:
    here = [spec for spec in TABLE if stage.target == "embedded" or not spec.embedded_only]
    assert set(results.trials) == {spec.id for spec in here}
