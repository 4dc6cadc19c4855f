"""Each run takes from the buffer queue what was accepted from its own requests, and counts what is there."""

from dataclasses import replace

import pytest

from hallmark.sending import trace
from hallmark.sending.outcome import Run, Status
from hallmark.systems.realtime.ledger.buffer_queue import BufferQueue, Counted
from hallmark.systems.realtime.ledger.expectation import Expectations, expect
from hallmark.systems.realtime.ledger.reconcile import reconcile
from tests.unit.hallmark.systems.realtime.ledger.pipeline import (
    BUFFER,
    PARAMETERS,
    Pipeline,
    buffered,
    carried_run,
)

MARK, OTHER = "0" * 12, "f" * 12


def _trace(mark: str) -> str:
    return trace.header_of(mark)[trace.HEADER].removeprefix("Root=")


def _expected(run: Run) -> Expectations:
    return expect(run, [], PARAMETERS)


@pytest.fixture
def received() -> tuple[Pipeline, Run]:
    """A pipeline as on AWS, where only receiving shows the messages; each is of a request of the run."""
    pipeline, run = carried_run()
    pipeline.shows = False
    pipeline.traces = {outcome.item.id: _trace(MARK) for outcome in run.outcomes}
    for one in pipeline.sqs.queues[BUFFER]:
        one.body = one.body.replace('"traceId": ""', f'"traceId": "{_trace(MARK)}"')
    return pipeline, replace(run, mark=MARK)


@pytest.mark.control("RT_NO_LOSS")
def test_draining_takes_the_runs_messages_and_leaves_the_others(received: tuple[Pipeline, Run]) -> None:
    pipeline, run = received
    pipeline.sqs.put(BUFFER, "no JSON", buffered("other-run", "night-time"))
    ledger = reconcile(pipeline, run, drain_buffer=True, progress=lambda _: None)
    assert ledger.differences == []
    assert sorted(pipeline.sqs.bodies(BUFFER)) == sorted(["no JSON", buffered("other-run", "night-time")])


def test_counting_takes_nothing() -> None:
    pipeline, run = carried_run()
    before = pipeline.sqs.bodies(BUFFER)
    for _ in range(2):
        assert reconcile(pipeline, run, drain_buffer=False, progress=lambda _: None).differences == []
    assert pipeline.sqs.bodies(BUFFER) == before


def test_an_option_to_drain_holds_for_a_stage_that_shows_its_messages() -> None:
    pipeline, run = carried_run()
    assert reconcile(pipeline, run, drain_buffer=True, progress=lambda _: None).differences == []
    assert pipeline.sqs.bodies(BUFFER) == []


@pytest.mark.control("RT_NO_LOSS", "RT_IDEMPOTENT")
@pytest.mark.parametrize("first", [MARK, OTHER])
def test_two_runs_of_the_same_items_both_account_for_all(received: tuple[Pipeline, Run], first: str) -> None:
    pipeline, run = received
    # The stage accepted half of the items from each run.
    theirs = {outcome.item.id for outcome in run.outcomes[::2]}
    pipeline.traces |= {identity: _trace(OTHER) for identity in theirs}
    for one in pipeline.sqs.queues[BUFFER]:
        if any(identity in one.body for identity in theirs):
            one.body = one.body.replace(MARK, OTHER)
    for mark in (first, OTHER if first == MARK else MARK):
        ledger = reconcile(pipeline, replace(run, mark=mark), drain_buffer=True, progress=lambda _: None)
        assert (ledger.differences, ledger.lost) == ([], ())
    assert ledger.read_before > 0
    assert pipeline.sqs.bodies(BUFFER) == []


@pytest.mark.control("RT_NO_LOSS")
def test_a_message_of_a_duplicate_may_have_been_read_by_others(received: tuple[Pipeline, Run]) -> None:
    pipeline, run = received
    pipeline.sqs.queues[BUFFER].clear()
    assert reconcile(pipeline, run, drain_buffer=True, progress=lambda _: None).lost
    again = tuple(replace(outcome, status=Status.DUPLICATE) for outcome in run.outcomes)
    ledger = reconcile(pipeline, replace(run, outcomes=again), drain_buffer=True, progress=lambda _: None)
    assert (ledger.differences, ledger.lost) == ([], ())
    assert ledger.figures["buffer messages that others took"] == str(ledger.read_before) != "0"


def test_what_was_taken_before_counts_when_it_is_judged_again(received: tuple[Pipeline, Run]) -> None:
    pipeline, run = received
    kept: list[list[list[object]]] = []
    counted = Counted()
    first = BufferQueue(pipeline, _expected(run), taking=MARK, counted=counted, keep=lambda: kept.append(counted.rows))
    assert first.poll() and first.complete
    assert pipeline.sqs.bodies(BUFFER) == []
    receiving = pipeline.sqs.receiving
    again = BufferQueue(pipeline, _expected(run), taking=MARK, counted=Counted.of(kept[0]))
    assert again.complete
    assert not again.poll()
    assert again.deliveries == first.deliveries
    assert pipeline.sqs.receiving == receiving


def test_a_late_message_is_added_to_what_was_taken(received: tuple[Pipeline, Run]) -> None:
    pipeline, run = received
    late = pipeline.sqs.queues[BUFFER].pop()
    counted = Counted()
    assert not _polled(pipeline, run, counted)
    pipeline.sqs.queues[BUFFER].append(late)
    assert _polled(pipeline, run, Counted.of(counted.rows))


def _polled(pipeline: Pipeline, run: Run, counted: Counted) -> bool:
    queue = BufferQueue(pipeline, _expected(run), taking=MARK, counted=counted)
    queue.poll()
    return queue.complete


def test_messages_that_another_run_holds_are_waited_for(received: tuple[Pipeline, Run]) -> None:
    pipeline, run = received
    pipeline.sqs.receive_message(QueueUrl=BUFFER)
    queue = BufferQueue(pipeline, _expected(run), taking=MARK)
    assert queue.poll()
    assert not queue.complete
    assert queue.poll(), "some are in flight: the wait goes on"
    pipeline.sqs.now = 30
    queue.poll()
    assert queue.complete
