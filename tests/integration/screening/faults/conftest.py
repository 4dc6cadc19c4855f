"""All faults are tried side by side, each on transactions of its own, and reckoned up together."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from hallmark import clock
from hallmark.ledger.subscription import subscribed
from hallmark.stage import Stage
from infra.screening.outputs import Output
from tests.integration.screening.faults.injections import INJECTED
from tests.integration.screening.faults.reckoning import Reckoning, reckon
from tests.integration.screening.faults.scenarios import OTHERS, injected
from tests.integration.screening.faults.trial import Trial
from tests.support.command import Command
from tests.support.faults import tried_here, try_all

AT_ONCE = 12
# These would strike others' transactions, too.
APART = (("concurrency-used-up",), ("function-times-out",))


@dataclass(frozen=True)
class Results:
    """The trials by fault, and what came of all."""

    trials: dict[str, Trial]
    reckoning: Reckoning


@pytest.fixture(scope="module")
def results(
    stage: Stage, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Results]:
    """Try every fault that the stage lets happen, redrive what failed, and reckon up."""
    started_at, run, numbers = clock.now(), uuid.uuid4().hex[:6], count(1)
    aws, endpoint, faults = tried_here(request, stage, OTHERS, dict.fromkeys(INJECTED, injected))

    def trial(fault: str) -> Trial:
        return Trial(fault=fault, run=run, stage=stage, endpoint=endpoint, numbers=numbers)

    trials = {fault: trial(fault) for fault in faults}
    with subscribed(stage, stage.outputs[Output.ALERTS_TOPIC_ARN]) as heard:
        # A function's first start takes seconds of work, which many trials at once would draw out.
        warm = trial("warm")
        first = warm.transaction()
        warm.start(first)
        warm.ended(first)
        try_all(faults, trials, APART, AT_ONCE)
        hallmark = Command(stage.system, aws, tmp_path_factory.mktemp("faults"))
        yield Results(trials, reckon(stage, list(trials.values()), started_at, hallmark, heard))
    # Letters that say too little stay after every redrive, and the runbooks' commands want an empty queue.
    stage.client("sqs").purge_queue(QueueUrl=stage.outputs[Output.FAILURE_QUEUE_URL])
