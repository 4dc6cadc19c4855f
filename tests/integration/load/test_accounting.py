"""Several runs on one stage at the same time: each accounts for its own, and takes nothing of the others'."""

import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hallmark.ledger.ledger import Ledger
from hallmark.load import account, generator, run_file, session
from hallmark.load.generator import Settings
from hallmark.redrive import find, redrive
from hallmark.sending.run import carry, send
from hallmark.sending.sending import Options
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.embedded.faults import Injection, inject
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.failures import FAILURES
from hallmark.systems.realtime.sending import Cards
from infra.realtime.outputs import Output
from tests.support.waiting import wait_for

# Enough for one of each kind of failure.
MANY, ITEMS, SECONDS, RATE = 40, 20, 3, 8
SCHEDULED = datetime(2026, 11, 20, 12, tzinfo=UTC)
TIMELESS = ("error rate", "lost", "ledger differences", "archive missing")
Shown = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def _runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (generator, account):
        monkeypatch.setattr(module, "RUNS", tmp_path)


@pytest.fixture
def url(stage: DeployedStage) -> str:
    return stage.outputs[Output.BUFFER_QUEUE_URL]


@pytest.fixture
def foreign(stage: DeployedStage, url: str) -> Iterator[Shown]:
    """Messages of somebody else in the buffer queue; what is visible there of them."""
    mark = f"foreign-{uuid.uuid4().hex}"
    for number in range(3):
        stage.client("sqs").send_message(QueueUrl=url, MessageBody=f"{mark} {number}")

    def shown() -> list[str]:
        messages = stage.messages(url) or ()
        return sorted(one["Body"] for one in messages if one["IsVisible"] and one["Body"].startswith(mark))

    yield shown
    left = shown()
    stage.client("sqs").purge_queue(QueueUrl=url)  # other files read the queue and know their own messages only
    assert left == [f"{mark} {number}" for number in range(3)]


def _items(stage: DeployedStage, options: Options) -> list[Transaction]:
    return list(Cards().items(stage, options))


def _send(stage: DeployedStage, **options: object) -> Ledger:
    chosen = replace(Options(generate=ITEMS), **options)
    return send(Cards(), stage, _items(stage, chosen), chosen, lambda _: None)


def _as_on_aws(stage: DeployedStage) -> DeployedStage:
    """The same stage, of which only receiving shows the messages."""
    return replace(stage, target="aws", _clients={})


def test_two_sends_and_a_load_run_at_once(stage: DeployedStage, foreign: Shown) -> None:
    with ThreadPoolExecutor() as pool:
        load = pool.submit(session.run, stage, "smoke", Settings(RATE, SECONDS), False, lambda _: None)
        counting = pool.submit(_send, stage, rate=10)
        draining = pool.submit(_send, _as_on_aws(stage), rate=10, drain_buffer=True)
        ledgers = [counting.result(), draining.result()]
        result = load.result().result
    for ledger in ledgers:
        assert (ledger.differences, ledger.lost, ledger.accepted) == ([], (), ITEMS)
        assert all(line.judged for line in ledger.lines)
    judged = {one.measure: one for one in result.objectives}
    assert not [judged[name].told for name in TIMELESS if not judged[name].passed]
    assert (result.ledger["lost"], result.ledger["waiting"]) == (0, 0)
    assert foreign()
    assert _dead(stage) == []
    _judged_again(stage, result.ledger, result.objectives)


def _judged_again(stage: DeployedStage, ledger: object, objectives: object) -> None:
    """A run is judged again from its copy, twice, after another run, and without its stage."""
    (path,) = (one for one in (generator.RUNS / account.FOLDER).glob("smoke-*.json") if ".account" not in one.name)
    generator.generate(stage, "smoke", Settings(RATE, 1), lambda _: None)
    made = run_file.read(path)
    for _ in range(2):  # any number of times
        again = session.judge(stage, made, False, lambda _: None).result
        assert (again.ledger, again.objectives) == (ledger, objectives)
    assert session.kept(made, session.UserError("gone")).objectives == objectives


def _dead(stage: DeployedStage) -> list[object]:
    queue = find(stage, "buffer-dead-letter", FAILURES.queues)
    return list(stage.messages(queue.url) or ())


def test_the_same_items_at_once_are_both_runs(stage: DeployedStage, foreign: Shown) -> None:
    options = {"seed": 1, "start": SCHEDULED.replace(microsecond=0, tzinfo=None), "drain_buffer": True}
    with ThreadPoolExecutor() as pool:
        runs = [pool.submit(_send, _as_on_aws(stage), **options) for _ in range(2)]
        ledgers = [run.result() for run in runs]
    for ledger in ledgers:
        assert (ledger.differences, ledger.lost, ledger.accepted + ledger.duplicates) == ([], (), ITEMS)
    assert foreign()


def test_runs_on_the_same_accounts_at_once_count_each_other(stage: DeployedStage) -> None:
    options = Options(generate=ITEMS, seed=2, start=SCHEDULED.replace(tzinfo=None))
    account = f"acct-{uuid.uuid4()}"
    items = [replace(one, account_id=account, ts=SCHEDULED) for one in _items(stage, options)]
    # Another order, of other items: each is counted by the next of either run.
    others = [replace(one, transaction_id=f"{one.id}-other") for one in reversed(items)]
    with ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(send, Cards(), stage, sent, options, lambda _: None) for sent in (items, others, items[::-1])
        ]
        ledgers = [run.result() for run in runs]
    for ledger in ledgers:
        assert (ledger.differences, ledger.lost) == ([], ())
    assert [ledger.accepted + ledger.duplicates for ledger in ledgers] == [ITEMS] * 3
    assert sum(ledger.accepted for ledger in ledgers) == 2 * ITEMS


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_a_send_that_was_ended_harms_no_other(
    stage: DeployedStage, url: str, foreign: Shown, ending: signal.Signals
) -> None:
    before = len(stage.messages(url) or ())
    command = [sys.executable, "-m", "hallmark", "send", "--system", "realtime", "--generate", "400", "--rate", "40"]
    with subprocess.Popen([*command, "--drain-buffer"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as killed:
        wait_for(lambda: len(stage.messages(url) or ()) > before + 5, "some of its messages")
        killed.send_signal(ending)
    assert killed.returncode != 0
    ledger = _send(_as_on_aws(stage), drain_buffer=True)
    assert (ledger.differences, ledger.lost) == ([], ())
    assert foreign()


# Queue for failures -> what fails until then: deliveries of one rule, or a function on a rule's events.
UNDELIVERED: dict[str, Any] = {"times": 10**6, "code": "NO_PERMISSIONS"}
FAULTS = {
    "failure": Injection("s3", "PutObject", contains=("high-risk-merchant",), times=10**6, status=403),
    "geo-anomaly-dead-letter": Injection("delivery", "sqs", contains=("geo-anomaly",), **UNDELIVERED),
    "night-time-dead-letter": Injection("delivery", "lambda", contains=("night-time",), **UNDELIVERED),
}


@pytest.mark.control("RT_NO_LOSS", "RT_DLQ_REDRIVE")
def test_what_waits_is_not_lost_and_its_command_completes_it(stage: DeployedStage, running_emulator: Emulator) -> None:
    options, sending = Options(generate=MANY), Cards()
    with ExitStack() as faults:
        for fault in FAULTS.values():
            faults.enter_context(inject(running_emulator.endpoint, fault))
        run = carry(sending, stage, list(sending.items(stage, options)), options, lambda _: None)
        ledger = sending.reconcile(stage, run, options, lambda _: None)
    assert ledger.lost == ()
    assert [one.queue for one in ledger.waiting] == list(FAULTS)
    for one in ledger.waiting:
        assert one.command == f"hallmark redrive {one.queue} --system realtime --stage dev"
        assert one.messages == len(one.items) > 0
        assert str(one) in ledger.differences
        queue = find(stage, one.queue, FAILURES.queues)
        outcome = redrive(stage, queue, FAILURES, limit=None, dry_run=False, progress=lambda _: None)
        assert (outcome.failed, outcome.done.total() >= one.messages) == ({}, True)
    assert sending.reconcile(stage, run, options, lambda _: None).differences == []
