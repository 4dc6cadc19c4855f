"""All faults are tried side by side, each on files of its own, and reckoned up together."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.merchant_upload import api
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.anomalies import alerts
from tests.integration.merchant_upload.conftest import Merchant
from tests.integration.merchant_upload.faults.injections import INJECTED
from tests.integration.merchant_upload.faults.reckoning import Reckoning, reckon
from tests.integration.merchant_upload.faults.scenarios import OTHERS, injected
from tests.integration.merchant_upload.faults.trial import Trial
from tests.support.command import Command
from tests.support.faults import tried_here, try_all

AT_ONCE = 8
# These hold up all that is behind them, end the function under others' rows, or take them along into a queue.
APART = (("sns-refuses-for-good", "poison"), ("stream-killed",), ("concurrency-used-up",), ("stream-too-late",))


@dataclass(frozen=True)
class Results:
    """The trials by fault, and what came of all."""

    trials: dict[str, Trial]
    reckoning: Reckoning


@pytest.fixture(scope="module")
def results(
    stage: Stage,
    merchant: Callable[..., Merchant],
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Results]:
    """Try every fault that the stage lets happen, do again what waits in queues, and reckon up."""
    started_at, run, merchants = clock.now(), uuid.uuid4().hex[:6], list(api.key_ids(stage))
    aws, endpoint, faults = tried_here(request, stage, OTHERS, dict.fromkeys(INJECTED, injected))

    # Each merchant's requests are limited, so the trials take turns.
    def trial(fault: str, turn: int) -> Trial:
        own = [*merchants[turn:], *merchants[:turn]]
        return Trial(fault=fault, run=run, stage=stage, endpoint=endpoint, client=merchant, merchants=own)

    trials = {fault: trial(fault, place % len(merchants)) for place, fault in enumerate(faults)}
    with alerts(stage) as heard:
        # A function's first start takes seconds of work, which many trials at once would draw out.
        warm = trial("warm", 0)
        warm.done(warm.send(warm.file(warm.rows())))
        try_all(faults, trials, APART, AT_ONCE)
        hallmark = Command(stage.system, aws, tmp_path_factory.mktemp("faults"))
        yield Results(trials, reckon(stage, list(trials.values()), started_at, hallmark, heard))
    # The poison's letter stays after every redrive, and the runbooks' commands want an empty queue.
    stage.client("sqs").purge_queue(QueueUrl=stage.outputs[Output.ANOMALY_FAILURE_QUEUE_URL])
