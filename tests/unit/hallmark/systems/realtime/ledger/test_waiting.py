"""What waits in a queue for failures is told from what is lost, with the command that does it again."""

import json
from dataclasses import replace

import pytest

from hallmark.ledger.ledger import Ledger
from hallmark.sending.outcome import Run, Status
from hallmark.systems.realtime.ledger.reconcile import reconcile
from tests.unit.hallmark.systems.realtime.ledger.pipeline import (
    BUFFER,
    BUFFER_DEAD,
    DEAD_LETTERS,
    FAILURE,
    PARKING,
    Pipeline,
    buffered,
    carried_run,
)

ARN = "arn:aws:{}:eu-central-1:000000000000:"
RULE_ARN = ARN.format("events") + "rule/realtime-transaction-dev/realtime-{}-dev"
TARGETS = {
    "fraud_detector": ARN.format("lambda") + "function:realtime-fraud_detector-dev:live",
    "buffer queue": ARN.format("sqs") + BUFFER,
    "audit bus": ARN.format("events") + "event-bus/realtime-audit-dev",
}


@pytest.fixture(params=[True, False], ids=["shown", "received"])
def carried(request: pytest.FixtureRequest) -> tuple[Pipeline, Run]:
    """A pipeline whose queues are looked into, or received from and given back; the buffer is shown or drained."""
    pipeline, run = carried_run()
    pipeline.shows = request.param
    return pipeline, run


def ledger_of(pipeline: Pipeline, run: Run) -> Ledger:
    return reconcile(pipeline, run, drain_buffer=not pipeline.shows, progress=lambda _: None)


def _one(pipeline: Pipeline) -> tuple[str, str]:
    """Return a transaction that matches one rule alone, and the rule."""
    pairs = [(record["id"], record["ruleId"]) for record in pipeline.records if record["kind"] == "verdict"]
    ids = [identity for identity, _ in pairs]
    return next(pair for pair in pairs if ids.count(pair[0]) == 1)


def _miss(pipeline: Pipeline, place: str, identity: str) -> None:
    """Take away what a failed delivery to a place leaves undone."""
    if place == "buffer queue":
        stored = pipeline.sqs.queues[BUFFER]
        stored[:] = [one for one in stored if identity not in one.body]
    elif place == "audit bus":
        copy = {"detail-type": "TransactionReceived", "detail": {"transactionId": identity}}
        pipeline.events = [event for event in pipeline.events if event != copy]
    else:
        gone = [one for one in pipeline.records if one["id"] == identity and one["kind"] != "accepted"]
        pipeline.records = [one for one in pipeline.records if one not in gone]
        pipeline.objects = [key for key in pipeline.objects if identity not in key]


def _event(identity: str) -> str:
    return json.dumps({"detail-type": "TransactionReceived", "detail": {"transactionId": identity}})


def _failed(identity: str, rule: str) -> str:
    payload = {"ruleId": rule, "detail": {"transactionId": identity}}
    return json.dumps({"requestContext": {"functionArn": "arn"}, "requestPayload": payload})


def _unpublished(identity: str) -> str:
    entry = {"DetailType": "TransactionReceived", "Detail": json.dumps({"transactionId": identity})}
    return json.dumps({"kind": "publish-failed", "reason": "500", "entry": entry})


@pytest.mark.control("RT_NO_LOSS", "RT_DLQ_REDRIVE")
@pytest.mark.parametrize("place", TARGETS)
def test_a_dead_letter_is_waiting_not_lost(carried: tuple[Pipeline, Run], place: str) -> None:
    pipeline, run = carried
    identity, rule = _one(pipeline)
    queue = DEAD_LETTERS.format(rule)
    _miss(pipeline, place, identity)
    attributes = {"RULE_ARN": RULE_ARN.format(rule), "TARGET_ARN": TARGETS[place]}
    pipeline.sqs.put(queue, _event(identity), _event("of another run"), **attributes)
    ledger = ledger_of(pipeline, run)
    assert ledger.lost == ()
    command = f"hallmark redrive {rule}-dead-letter --system realtime --stage dev"
    assert f"waiting in {rule}-dead-letter: 1, do again with `{command}`" in ledger.differences
    (told,) = json.loads(ledger.to_json())["waiting"]
    assert told == {"queue": f"{rule}-dead-letter", "messages": 1, "items": [identity], "command": command}
    assert len(pipeline.sqs.bodies(queue)) == 2, "they stay there, for the command"


@pytest.mark.control("RT_NO_LOSS")
@pytest.mark.parametrize("queue", [FAILURE, PARKING])
def test_a_failure_of_the_detector_is_waiting(carried: tuple[Pipeline, Run], queue: str) -> None:
    pipeline, run = carried
    identity, rule = _one(pipeline)
    _miss(pipeline, "fraud_detector", identity)
    pipeline.sqs.put(queue, _failed(identity, rule))
    ledger = ledger_of(pipeline, run)
    assert ledger.lost == ()
    assert [(one.messages, one.items) for one in ledger.waiting] == [(1, (identity,))]


def test_an_unpublished_event_stands_for_every_target(carried: tuple[Pipeline, Run]) -> None:
    pipeline, run = carried
    identity, _ = _one(pipeline)
    for place in TARGETS:
        _miss(pipeline, place, identity)
    pipeline.sqs.put(FAILURE, _unpublished(identity))
    ledger = ledger_of(pipeline, run)
    assert (ledger.lost, [one.queue for one in ledger.waiting]) == ((), ["failure"])


def test_what_a_reader_of_the_buffer_gave_up_is_waiting(carried: tuple[Pipeline, Run]) -> None:
    pipeline, run = carried
    identity, rule = _one(pipeline)
    _miss(pipeline, "buffer queue", identity)
    pipeline.sqs.put(BUFFER_DEAD, buffered(identity, rule))
    ledger = ledger_of(pipeline, run)
    assert (ledger.lost, [one.queue for one in ledger.waiting]) == ((), ["buffer-dead-letter"])


@pytest.mark.control("RT_NO_LOSS")
def test_a_letter_for_one_target_does_not_excuse_another() -> None:
    pipeline, run = carried_run()
    identity, rule = _one(pipeline)
    _miss(pipeline, "buffer queue", identity)
    _miss(pipeline, "fraud_detector", identity)
    pipeline.sqs.put(FAILURE, _failed(identity, rule))
    ledger = ledger_of(pipeline, run)
    assert ledger.lost == (identity,)
    assert [one.queue for one in ledger.waiting] == ["failure"]


def test_letters_of_what_is_complete_are_no_difference() -> None:
    pipeline, run = carried_run()
    identity, rule = _one(pipeline)
    pipeline.sqs.put(FAILURE, _failed(identity, rule), _unpublished(identity), "no JSON")
    assert ledger_of(pipeline, run).differences == []


def test_what_had_no_answer_and_waits_is_said() -> None:
    pipeline, run = carried_run()
    last = replace(run.outcomes[-1], status=Status.FAILED, received_at="", reason="503")
    pipeline.sqs.put(FAILURE, _unpublished(last.item.id))
    ledger = ledger_of(pipeline, replace(run, outcomes=(*run.outcomes[:-1], last)))
    assert (ledger.lost, [one.items for one in ledger.waiting]) == ((), [(last.item.id,)])


def test_a_command_for_aws_names_the_target() -> None:
    pipeline, run = carried_run()
    pipeline.target = "aws"
    identity, rule = _one(pipeline)
    _miss(pipeline, "fraud_detector", identity)
    pipeline.sqs.put(FAILURE, _failed(identity, rule))
    (told,) = ledger_of(pipeline, run).waiting
    assert told.command == "hallmark redrive failure --system realtime --target aws --stage dev"
