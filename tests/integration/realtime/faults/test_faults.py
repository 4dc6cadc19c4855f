"""Under every fault of the table: what was answered 202 is everywhere it belongs, and nothing happens twice."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Fault
from hallmark.faults import FaultSpec, load

TABLE = load("realtime")


@pytest.mark.control("RT_NO_LOSS", "RT_IDEMPOTENT")
@pytest.mark.parametrize("spec", TABLE, ids=lambda spec: spec.id)
def test_nothing_is_lost_and_nothing_happens_twice(
    spec: FaultSpec, results: Any, record_fault: Callable[[Fault], None]
) -> None:
    trial = results.trials[spec.id]
    if trial.trouble:
        raise trial.trouble
    assert trial.strikes > 0, "the fault did not strike"
    assert trial.ids, "nothing was accepted"
    row = results.reckoning.row(trial)
    record_fault(row)
    assert results.reckoning.lost(trial) == set()
    assert row.duplicates <= spec.duplicates, row.seen


def test_every_trial_is_in_the_table(results: Any) -> None:
    assert set(results.trials) == {spec.id for spec in TABLE}
