"""Under every fault of the table: what was answered 202 is everywhere it belongs, and nothing happens twice."""

from collections.abc import Callable
from typing import Any

import pytest

from hallmark.evidence import Fault
from hallmark.faults import FaultSpec, load
from hallmark.stage import Stage
from tests.integration.realtime.faults.injections import INJECTED
from tests.support.faults import cases

TABLE = load("realtime")


@pytest.mark.control("RT_NO_LOSS", "RT_IDEMPOTENT")
@pytest.mark.parametrize("spec", cases(TABLE))
def test_nothing_is_lost_and_nothing_happens_twice(
    spec: FaultSpec, results: Any, record_fault: Callable[[Fault], None]
) -> None:
    trial = results.trials[spec.id]
    if trial.trouble:
        raise trial.trouble
    assert trial.strikes > 0, "the fault did not strike"
    assert trial.ids, "nothing was accepted"
    seen = results.reckoning.row(trial)
    record_fault(seen)
    assert results.reckoning.lost(trial) == set()
    assert seen.duplicates <= spec.duplicates, seen.seen


def test_every_trial_is_in_the_table(stage: Stage, results: Any) -> None:
    assert set(INJECTED) == {spec.id for spec in TABLE if spec.embedded_only}
    here = [spec for spec in TABLE if stage.target == "embedded" or not spec.embedded_only]
    assert set(results.trials) == {spec.id for spec in here}
