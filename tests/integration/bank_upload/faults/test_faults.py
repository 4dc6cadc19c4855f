"""Under every fault of the table: each row of a file with a 202 is stored or a named conflict, and its end is told."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Fault
from hallmark.faults import FaultSpec, load
from hallmark.stage import Stage
from tests.support.faults import cases

TABLE = load("bank_upload")


@pytest.mark.control("BU_NO_LOSS", "BU_IDEMPOTENT", "BU_SFN_DLQ", "BU_SFN_STUCK")
@pytest.mark.parametrize("spec", cases(TABLE))
def test_nothing_is_lost_and_nothing_happens_twice(
    spec: FaultSpec, results: Any, record_fault: Callable[[Fault], None]
) -> None:
    trial, reckoning = results.trials[spec.id], results.reckoning
    if trial.trouble:
        raise trial.trouble
    assert trial.strikes > 0, "the fault did not strike"
    assert trial.outcomes, "no file was accepted"
    seen = reckoning.row(trial)
    record_fault(seen)
    assert {upload: reckoning.done[upload] for upload in trial.fails} == trial.fails
    assert reckoning.lost(trial) == set()
    assert reckoning.mine(trial, reckoning.ledger.mismatches) == trial.differs
    assert seen.duplicates <= spec.duplicates, seen.seen


def test_what_is_given_up_is_in_a_queue_or_stuck_until_it_is_done_again(results: Any) -> None:
    given_up = {upload: steps for trial in results.trials.values() for upload, steps in trial.fails.items()}
    assert given_up
    assert {upload for upload, steps in given_up.items() if "kept" not in steps} <= results.reckoning.stuck
    assert results.reckoning.waiting.waiting
    assert results.reckoning.ledger.waiting == ()


def test_every_trial_is_in_the_table(stage: Stage, results: Any) -> None:
    here = [spec for spec in TABLE if stage.target == "embedded" or not spec.embedded_only]
    assert set(results.trials) == {spec.id for spec in here}
