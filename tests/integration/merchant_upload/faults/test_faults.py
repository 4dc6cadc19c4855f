"""Under every fault of the table: every valid row is stored, judged and alerted as a plain reading says, once."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Fault
from hallmark.faults import FaultSpec, load
from hallmark.stage import Stage
from tests.support.faults import cases

TABLE = load("merchant_upload")


@pytest.mark.control("MU_NO_LOSS", "MU_IDEMPOTENT", "MU_STREAM_SAFE")
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
    assert reckoning.lost(trial) == set()
    assert reckoning.mine(trial, reckoning.ledger.mismatches) == trial.unsaid
    assert reckoning.unheard(trial) == set()
    assert seen.duplicates <= spec.duplicates, seen.seen


def test_what_fails_for_good_waits_in_a_queue_until_it_is_done_again(results: Any) -> None:
    # A message of the stream covers whatever is between its first and its last record, so it may name others, too.
    assert results.reckoning.waited >= {trial.fault for trial in results.trials.values() if trial.letter}
    assert results.reckoning.waiting.waiting
    assert results.reckoning.ledger.waiting == ()


def test_every_trial_is_in_the_table(stage: Stage, results: Any) -> None:
    here = [spec for spec in TABLE if stage.target == "embedded" or not spec.embedded_only]
    assert set(results.trials) == {spec.id for spec in here}
