"""All faults are tried side by side, each on files of its own, and reckoned up together."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.bank_upload import api
from hallmark.systems.bank_upload.notifications import Notifications
from tests.integration.bank_upload.conftest import Bank
from tests.integration.bank_upload.faults.injections import INJECTED
from tests.integration.bank_upload.faults.reckoning import Reckoning, reckon
from tests.integration.bank_upload.faults.scenarios import OTHERS, injected
from tests.integration.bank_upload.faults.trial import Trial
from tests.support.command import Command
from tests.support.faults import tried_here, try_all

AT_ONCE = 8
# These would strike others' files, too.
APART = (("concurrency-used-up",), ("event-lost",))


@dataclass(frozen=True)
class Results:
    """The trials by fault, and what came of all."""

    trials: dict[str, Trial]
    reckoning: Reckoning


@pytest.fixture(scope="module")
def results(
    stage: Stage,
    bank: Callable[..., Bank],
    topic: Notifications,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Results:
    """Try every fault that the stage lets happen, do again what was given up, and reckon up."""
    started_at, run, banks = clock.now(), uuid.uuid4().hex[:6], list(api.key_ids(stage))
    aws, endpoint, faults = tried_here(request, stage, OTHERS, dict.fromkeys(INJECTED, injected))

    def trial(fault: str, turn: int) -> Trial:
        # Each bank's requests are limited, so the trials take turns.
        own = [*banks[turn % len(banks) :], *banks[: turn % len(banks)]]
        return Trial(fault=fault, run=run, stage=stage, endpoint=endpoint, client=bank, banks=own)

    trials = {fault: trial(fault, turn) for turn, fault in enumerate(faults)}
    # A function's first start takes seconds of work, which many trials at once would draw out.
    warm = trial("warm", 0)
    file = warm.file(warm.rows())
    warm.send(file)
    warm.ended(file)
    try_all(faults, trials, APART, AT_ONCE)
    hallmark = Command(stage.system, aws, tmp_path_factory.mktemp("faults"))
    return Results(trials, reckon(stage, list(trials.values()), started_at, hallmark, topic))
