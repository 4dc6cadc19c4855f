"""A run takes its own messages out of a queue; all others stay as they were, however often it looks."""

from collections.abc import Sequence

import pytest

from hallmark import parallel
from hallmark.ledger.messages import HIDDEN_SECONDS, Message, Pass, held_by_others, look
from tests.unit.hallmark.ledger.sqs import QueueStage, Sqs

URL, DEAD, RECEIVES = "buffer", "dead", 3


@pytest.fixture(autouse=True)
def one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "WORKERS", 1)


@pytest.fixture
def sqs() -> Sqs:
    made = Sqs(limits={URL: (RECEIVES, DEAD)})
    made.put(URL, *(f"theirs {number}" for number in range(25)), RULE_ARN="arn")
    return made


def ours(message: Message) -> bool:
    return message.body.startswith("ours")


def test_own_messages_are_taken_and_others_are_visible_at_once(sqs: Sqs) -> None:
    sqs.put(URL, "ours 1", "ours 2")
    found = Pass(QueueStage(sqs), URL, ours).read()
    assert sorted(message.body for message in found if ours(message)) == ["ours 1", "ours 2"]
    assert len(found) == 27
    assert sorted(sqs.bodies(URL)) == sorted(f"theirs {number}" for number in range(25))


def test_no_number_of_looks_moves_a_message_to_the_dead_letter_queue(sqs: Sqs) -> None:
    stage = QueueStage(sqs)
    for _ in range(3 * RECEIVES):
        assert len(look(stage, URL)) == 25
    assert sqs.bodies(DEAD) == []
    # A reader still has a try before the redrive policy takes a message.
    assert {one.receives for one in sqs.queues[URL]} <= set(range(RECEIVES - 1))
    assert all(one.attributes == {"RULE_ARN": "arn"} for one in sqs.queues[URL])


def test_a_queue_without_a_redrive_policy_keeps_the_messages_themselves() -> None:
    sqs = Sqs()
    sqs.put(URL, "theirs")
    (before,) = sqs.queues[URL]
    for _ in range(5):
        look(QueueStage(sqs), URL)
    assert sqs.queues[URL] == [before]


def test_a_stage_that_shows_its_messages_is_not_asked_to_deliver_them(sqs: Sqs) -> None:
    assert len(look(QueueStage(sqs, shows=True), URL)) == 25
    assert sqs.receiving == 0
    assert {one.receives for one in sqs.queues[URL]} == {0}


def test_own_messages_are_kept_before_they_are_deleted(sqs: Sqs) -> None:
    sqs.put(URL, "ours 1")
    there: list[bool] = []

    def keep(messages: Sequence[Message]) -> None:
        there.append([message.body for message in messages] == ["ours 1"] and any(map(_is_kept, sqs.queues[URL])))

    Pass(QueueStage(sqs), URL, ours, keep).read()
    assert there == [True]
    assert not any(map(_is_kept, sqs.queues[URL]))


def _is_kept(stored: object) -> bool:
    return getattr(stored, "body", "") == "ours 1"


def test_a_run_that_is_interrupted_gives_everything_back(sqs: Sqs) -> None:
    sqs.put(URL, "ours 1")

    def interrupt(_: Sequence[Message]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Pass(QueueStage(sqs), URL, ours, interrupt).read()
    assert len(sqs.bodies(URL)) == 26


def test_what_a_killed_run_held_is_back_soon(sqs: Sqs) -> None:
    stage = QueueStage(sqs)
    sqs.receive_message(QueueUrl=URL, VisibilityTimeout=HIDDEN_SECONDS)
    assert held_by_others(stage, URL)
    sqs.now = HIDDEN_SECONDS
    assert not held_by_others(stage, URL)
    assert len(look(stage, URL)) == 25
