"""All faults are tried side by side, each on transactions of its own, and reckoned up together."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from hallmark import clock
from hallmark.stage import Stage
from tests.integration.realtime.faults.injections import INJECTED
from tests.integration.realtime.faults.reckoning import Reckoning, reckon
from tests.integration.realtime.faults.scenarios import OTHERS, injected
from tests.integration.realtime.faults.trial import Letters, Trial
from tests.integration.realtime.observations import Api, Targets, subscribed
from tests.support.faults import try_all

AT_ONCE = 4
# Fifty requests at once would be refused to all others, too.
ALONE = ("fifty-at-once",)


@dataclass(frozen=True)
class Results:
    """The trials by fault, and what came of all."""

    trials: dict[str, Trial]
    reckoning: Reckoning


@pytest.fixture(scope="session")
def results(stage: Stage, api: Api, targets: Targets, request: pytest.FixtureRequest) -> Results:
    """Try every fault that the stage lets happen, wait until the pipeline is quiet, and reckon up."""
    started_at, run, letters = clock.now(), uuid.uuid4().hex[:6], Letters(stage)
    faults: dict[str, Callable[[Trial], None]] = dict(OTHERS)
    endpoint = ""
    if stage.target == "embedded":
        endpoint = request.getfixturevalue("running_emulator").endpoint
        faults = {**dict.fromkeys(INJECTED, injected), **faults}

    def trial(fault: str) -> Trial:
        return Trial(fault=fault, run=run, stage=stage, endpoint=endpoint, api=api, targets=targets, letters=letters)

    trials = {fault: trial(fault) for fault in faults}

    with subscribed(stage) as alerts:
        try_all(faults, trials, (ALONE,), AT_ONCE)
        return Results(trials, reckon(stage, list(trials.values()), started_at, alerts))
