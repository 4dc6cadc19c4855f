"""What is redriven starts the workflow again with its transaction, once, and is done when that is decided and told."""

import json
from typing import Any

import pytest

from hallmark import clock
from hallmark.ledger.messages import Message
from hallmark.redrive.work import Refused
from hallmark.systems.screening import failures as module
from hallmark.systems.screening.letters import Owner, letter_of
from hallmark.systems.screening.runs import PATIENCE_SECONDS, Runs
from hallmark.systems.screening.stuck import stuck
from tests.unit.hallmark.systems.screening.drawn import at
from tests.unit.hallmark.systems.screening.state_stage import StateStage
from tests.unit.hallmark.systems.screening.stored import VALUE, claim, failed, record, unfinished

LETTER = {"state": "Score", "error": "States.Timeout", "execution": "execution-1", "transaction": VALUE}
UNCHECKED = {"state": "Validate", "error": "States.Timeout", "execution": "execution-1", "transactionId": "txn-plain"}


def becoming(*items: Any) -> Any:
    """What an execution does to the table."""
    return lambda stage: stage.items.__setitem__(slice(None), items)


def runs() -> Runs:
    """Runs on a clock that only their pauses move."""
    now = [0.0]
    return Runs(lambda: now[0], lambda pause: now.__setitem__(0, now[0] + pause))


def work(stage: StateStage, letter: Any) -> Any:
    """Do the work of a letter."""
    found = module.failures().shape(stage, letter)
    assert found
    return found.do()


@pytest.mark.parametrize("letter", [LETTER, UNCHECKED])
def test_a_letter_starts_the_transaction_again(letter: Any) -> None:
    stage = StateStage(claim(), failed(), started=becoming(claim(), record()))
    work(stage, letter)
    assert [json.loads(one) for one in stage.inputs] == [VALUE]


@pytest.mark.parametrize("items", [[], [claim(), failed(execution="another")]])
def test_a_letter_whose_transaction_is_unknown_stays(items: Any) -> None:
    stage = StateStage(*items)
    with pytest.raises(Refused, match=r"txn-plain of execution-1 was not checked, .* its sender must send it again"):
        work(stage, UNCHECKED)
    assert stage.inputs == []


def unchecked(seconds: float, **more: Any) -> Any:
    """What the workflow notes when validation itself failed, so many seconds after the record's start."""
    item = {"transaction_id": "txn-plain", "timestamp": -1, "status": "failed", "execution": "execution-0"}
    return {**item, "error": {"state": "Validate", "name": "Broken"}, "failed_at": at(seconds), **more}


SENT_AGAIN = {**UNCHECKED, "execution": "execution-0"}


def test_a_letter_whose_transaction_was_sent_again_and_decided_is_done() -> None:
    stage = StateStage(claim(), record(), unchecked(-1))
    work(stage, SENT_AGAIN)
    assert stage.inputs == []


@pytest.mark.parametrize(
    ("items", "advice"),
    [
        ([unchecked(-1)], "its sender must send it again"),
        ([claim(), unfinished(), unchecked(-1)], "its sender must send it again"),
        ([claim(), failed(), unchecked(-1)], "its sender must send it again"),
        ([claim(), record(open="open#0"), unchecked(-1)], "its id was decided before"),
        ([claim(), record(), unchecked(1)], "its id was decided before"),
        ([claim(), record()], "its id was decided before"),
        ([claim(), record(), unchecked(-1), claim(timestamp=-9)], "its id was decided before"),
    ],
)
def test_a_letter_that_may_be_of_another_content_stays_and_says_what_to_do(items: Any, advice: str) -> None:
    stage = StateStage(*items)
    with pytest.raises(Refused, match=f"txn-plain of execution-0 was not checked, .*: {advice}.*; then `--drop`"):
        work(stage, SENT_AGAIN)
    assert stage.inputs == []


def test_a_letter_of_what_was_refused_after_all_is_done() -> None:
    stage = StateStage(claim(), record(decision="rejected", transaction=None))
    work(stage, UNCHECKED)
    assert stage.inputs == []


def test_alerts_that_are_not_told_are_waited_for() -> None:
    due = {"alerts": {"fraud": {}}}
    told = record(**due, states=record()["states"] | {"told": at(1)})
    stage = StateStage(claim(), record(**due), started=becoming(claim(), told))
    runs().run(stage, VALUE)
    assert len(stage.inputs) == 1
    with pytest.raises(Refused, match=f"not decided after {PATIENCE_SECONDS:.0f} s"):
        runs().run(StateStage(claim(), record(**due)), VALUE)


def test_alerts_that_an_earlier_execution_had_are_told_by_a_start_after_its_end() -> None:
    due = {"alerts": {"fraud": {}}}
    told = record(**due, states=record()["states"] | {"told": at(1)})

    def second(stage: StateStage) -> None:
        if len(stage.inputs) == 2:
            becoming(claim(), told)(stage)

    stage = StateStage(claim(), record(**due), started=second)
    runs().run(stage, VALUE)
    assert len(stage.inputs) == 2


def test_what_is_not_decided_is_not_started_twice() -> None:
    stage = StateStage(claim(), unfinished())
    with pytest.raises(Refused, match=f"not decided after {PATIENCE_SECONDS:.0f} s"):
        runs().run(stage, VALUE)
    assert len(stage.inputs) == 1


def test_what_fails_again_says_where() -> None:
    later = failed(states={"validated": at(0), "failed": at(9)})
    with pytest.raises(Refused, match=r"^it failed again, in Score with States\.Timeout$"):
        runs().run(StateStage(claim(), failed(), started=becoming(claim(), later)), VALUE)
    unchecked = {"transaction_id": "txn-plain", "timestamp": -1, "status": "failed", "error": {"name": "Broken"}}
    with pytest.raises(Refused, match=r"^it failed again, in Validate with Broken$"):
        runs().run(StateStage(claim(), failed(), started=becoming(claim(), failed(), unchecked)), VALUE)


def test_a_transaction_is_started_once_however_many_letters_it_has() -> None:
    stage, ours = StateStage(claim(), failed(), started=becoming(claim(), record())), runs()
    for _ in range(3):
        ours.run(stage, VALUE)
    assert len(stage.inputs) == 1


@pytest.mark.parametrize("message", [{}, {"state": "Score"}, {"requestPayload": {}}])
def test_another_message_has_no_shape(message: Any) -> None:
    assert module.failures().shape(StateStage(), message) is None


@pytest.mark.parametrize(
    ("item", "later", "found"),
    [
        (unfinished(), 301, True),
        (unfinished(), 299, False),
        (unfinished(states={"validated": at(0), "scored": at(100)}), 399, False),
        (unfinished(opened_at=at(100)), 399, False),
        (record(open="open#0", opened_at=at(0), alerts={"fraud": {}}), 302, True),
        (record(), 999, False),
        (failed(), 999, False),
    ],
)
def test_what_is_open_and_has_not_moved_for_five_minutes_is_stuck(item: Any, later: float, found: bool) -> None:
    assert bool(stuck(StateStage(claim(), item), clock.from_text(at(later)))) is found


def test_what_is_stuck_is_run_again_from_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: clock.from_text(at(301)))
    stage = StateStage(claim(), unfinished(), started=becoming(claim(), record()))
    ((name, found),) = list((module.failures().stuck or (lambda _: []))(stage))
    found.do()
    assert name == "txn-plain" and json.loads(stage.inputs[0]) == VALUE


def test_letters_are_the_run_s_by_their_executions() -> None:
    owner = Owner({"execution-1": "txn-plain#1"})
    bodies = (LETTER, {**LETTER, "execution": "another"}, {"state": 1}, [])
    assert [owner.item_of(Message(json.dumps(body), {})) for body in bodies] == ["txn-plain#1", None, None, None]
    assert owner.item_of(Message("text", {})) is None
    assert owner.covered == {"execution-1"}
    letter = letter_of({**UNCHECKED, "transactionId": None})
    assert letter and letter.transaction_id is None
