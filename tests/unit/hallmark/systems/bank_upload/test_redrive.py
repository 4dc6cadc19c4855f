"""What is redriven starts the workflow again with its input, once, and is done when its upload has ended."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark import clock
from hallmark.ledger.messages import Message
from hallmark.redrive.work import Refused, Unknown
from hallmark.systems.bank_upload import failures as module
from hallmark.systems.bank_upload.content import object_key
from hallmark.systems.bank_upload.letters import Owner, key_of
from hallmark.systems.bank_upload.runs import PATIENCE_SECONDS, Runs
from hallmark.systems.bank_upload.stuck import stuck
from tests.unit.hallmark.systems.bank_upload.status_stage import BUCKET, MACHINE, FakeStage

ID = "0123456789abcdef" * 2
KEY = object_key("one", "2026-11-19", ID)
GIVEN = {"bucket": BUCKET, "key": KEY, "versionId": "v"}
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
LATE, LATELY = clock.to_text(NOW - timedelta(seconds=301)), clock.to_text(NOW - timedelta(seconds=299))
FAILED = {
    **{"uploadId": ID, "part": "upload", "bank": "one", "status": "failed", "versionId": "v", "execution": "first"},
    **{"objectKey": KEY, "receivedAt": LATE, "error": {"state": "Process", "name": "States.Timeout"}},
}
LETTER = {"state": "Process", "uploadId": ID, "error": "States.Timeout", "execution": "first", "input": GIVEN}


def becoming(**changes: Any) -> Any:
    """What an execution does to its upload."""
    return lambda stage, _: stage.items[0].update(changes)


def runs() -> Runs:
    """Runs on a clock that only their pauses move."""
    now = [0.0]
    return Runs(lambda: now[0], lambda pause: now.__setitem__(0, now[0] + pause))


@pytest.mark.parametrize("status", ["done", "refused"])
def test_a_run_is_over_when_its_upload_has_ended(status: str) -> None:
    stage = FakeStage(dict(FAILED), started=becoming(status=status))
    runs().run(stage, MACHINE, GIVEN)
    assert [json.loads(one) for one in stage.inputs] == [GIVEN]


def test_a_run_of_a_version_that_is_no_upload_is_over_when_that_is_refused() -> None:
    refused = {"uploadId": KEY, "part": "upload", "status": "refused", "versionId": "v", "objectKey": KEY}
    stage = FakeStage(dict(FAILED), started=lambda stage, _: stage.items.append(refused))
    runs().run(stage, MACHINE, GIVEN)
    with pytest.raises(Refused, match="has not ended"):
        runs().run(FakeStage(dict(FAILED), {**refused, "versionId": "other"}), MACHINE, GIVEN)


def test_a_run_that_fails_again_says_in_which_state() -> None:
    error = {"state": "Validate", "name": "TaskFailed"}
    stage = FakeStage(dict(FAILED), started=becoming(execution="second", error=error))
    with pytest.raises(Refused, match=r"^it failed again, in Validate with TaskFailed$"):
        runs().run(stage, MACHINE, GIVEN)


@pytest.mark.parametrize("item", [[FAILED], [{**FAILED, "status": "processing"}], []])
def test_a_run_that_does_not_end_is_not_waited_for_forever(item: Any) -> None:
    with pytest.raises(Refused, match=f"^its upload has not ended after {PATIENCE_SECONDS:.0f} s$"):
        runs().run(FakeStage(*item), MACHINE, GIVEN)


def test_a_start_that_is_refused_is_raised() -> None:
    def refuse(*_: Any) -> None:
        raise ClientError({"Error": {"Code": "ExecutionLimitExceeded"}}, "StartExecution")

    with pytest.raises(ClientError, match="ExecutionLimitExceeded"):
        runs().run(FakeStage(dict(FAILED), started=refuse), MACHINE, GIVEN)


def test_one_version_is_started_once_whatever_becomes_of_it() -> None:
    good, bad = FakeStage(dict(FAILED), started=becoming(status="done")), FakeStage(dict(FAILED))
    for stage, outcome in ((good, None), (bad, Refused)):
        ours = runs()
        for _ in range(3):
            if outcome is None:
                ours.run(stage, MACHINE, GIVEN)
            else:
                with pytest.raises(outcome):
                    ours.run(stage, MACHINE, GIVEN)
        assert len(stage.inputs) == 1


def test_another_version_than_the_upload_s_is_started_and_not_waited_for() -> None:
    stage = FakeStage({**FAILED, "status": "done"})
    runs().run(stage, MACHINE, {**GIVEN, "versionId": "other"})
    assert len(stage.inputs) == 1


def test_another_version_of_what_failed_is_waited_for() -> None:
    stage = FakeStage(dict(FAILED), started=becoming(status="done"))
    runs().run(stage, MACHINE, {**GIVEN, "versionId": "other"})
    assert stage.items[0]["status"] == "done"


def test_a_letter_of_the_workflow_is_work_with_its_input() -> None:
    stage = FakeStage(dict(FAILED), started=becoming(status="done"))
    work = module.failures().shape(stage, LETTER)
    assert work is not None
    assert (work.what, stage.inputs) == ("run an upload again that failed in Process", [])
    work.do()
    assert json.loads(stage.inputs[0]) == GIVEN


@pytest.mark.parametrize("letter", [{}, {"input": GIVEN}, {**LETTER, "input": {"key": KEY}}, {**LETTER, "input": None}])
def test_another_message_has_no_shape(letter: Any) -> None:
    assert module.failures().shape(FakeStage(), letter) is None


def test_a_letter_about_another_bucket_stays() -> None:
    with pytest.raises(Unknown):
        module.failures().shape(FakeStage(), {**LETTER, "input": {**GIVEN, "bucket": "other"}})


def open_upload(status: str, **more: Any) -> dict[str, Any]:
    return {**FAILED, "status": status, "open": "open", "states": {"received": LATE}, **more}


RECEIVING = {name: value for name, value in open_upload("receiving").items() if name != "versionId"}


@pytest.mark.parametrize("status", ["accepted", "processing"])
def test_what_has_not_moved_for_five_minutes_is_stuck(status: str) -> None:
    (found,) = stuck(FakeStage(open_upload(status)), NOW)
    assert (found.owner, found.id, found.status, found.seconds) == ("one", ID, status, 301)
    assert found.advice == "hallmark redrive stuck --system bank_upload"


def test_an_object_that_is_no_bank_s_is_stuck_like_any_other() -> None:
    item = {name: value for name, value in open_upload("processing").items() if name not in ("bank", "objectKey")}
    (found,) = stuck(FakeStage({**item, "versionId": "v1"}), NOW)
    assert (found.owner, found.advice) == ("-", "hallmark redrive stuck --system bank_upload")


def test_what_moved_lately_is_not_stuck_however_old_it_is() -> None:
    assert stuck(FakeStage(open_upload("processing", states={"received": LATE, "validated": LATELY})), NOW) == []


def test_what_is_on_its_way_to_the_bucket_is_stuck_if_it_is_there() -> None:
    stage = FakeStage(dict(RECEIVING))
    assert stuck(stage, NOW) == []
    stage.objects[f"{KEY}.other", "w"] = (NOW, b"")
    assert stuck(stage, NOW) == []
    stage.objects[KEY, "second"], stage.objects[KEY, "first"] = (NOW, b""), (NOW - timedelta(1), b"")
    (found,) = stuck(stage, NOW)
    assert found.status == "receiving"


def test_redrive_runs_what_is_stuck_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    stage = FakeStage(dict(RECEIVING), started=becoming(status="done"))
    stage.objects[KEY, "first"] = (NOW, b"")
    failures = module.failures()
    assert failures.stuck is not None
    ((name, work),) = failures.stuck(stage)
    work.do()
    assert (name, work.what) == (ID, "run an upload again that was receiving")
    assert json.loads(stage.inputs[0]) == {**GIVEN, "versionId": "first"}


def test_redrive_refuses_what_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    gone = {name: value for name, value in open_upload("accepted").items() if name != "versionId"}
    find = module.failures().stuck
    assert find is not None
    ((_, work),) = find(FakeStage(gone))
    with pytest.raises(Refused, match=r"^its object is gone$"):
        work.do()
    assert "gone" in stuck(FakeStage(gone), NOW)[0].advice


def test_messages_are_of_the_run_whose_objects_they_are_about() -> None:
    event = {"detail-type": "Object Created", "detail": {"object": {"key": KEY}}}
    bodies = [json.dumps(one) for one in (LETTER, event, {"detail": {}}, [], {"input": GIVEN})]
    assert [key_of(Message(body, {})) for body in [*bodies, "no JSON"]] == [KEY, KEY, None, None, None, None]

    class Sent:
        upload_id, file = ID, type("File", (), {"id": "one/a.csv#0"})

    owner = Owner({ID: Sent()})
    assert owner.item_of(Message(json.dumps(LETTER), {})) == "one/a.csv#0"
    assert owner.covered == {ID}
    other = {**LETTER, "input": {**GIVEN, "key": "uploads/by-hand.csv"}}
    assert owner.item_of(Message(json.dumps(other), {})) is None
