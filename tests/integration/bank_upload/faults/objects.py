"""What happens to objects by hand, beside the API: other versions, deletions, objects that are no upload's."""

import uuid
from collections.abc import Callable
from dataclasses import replace

from hallmark.systems.bank_upload.content import object_key
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.faults.injections import TRANSFORMATION, VALIDATION, WHOLE, delivery, s3
from tests.integration.bank_upload.faults.trial import Trial
from tests.support.faults import FOR_GOOD

# Events that wait until all is in place: EventBridge tries again for half a minute.
_HELD = delivery(times=FOR_GOOD, code="THROTTLING")


def replaced_by_itself(trial: Trial) -> None:
    """The same bytes come as another version, before and after the first is taken."""
    file = trial.file(trial.rows())
    with trial.faults([_HELD], file) as armed:
        trial.send(file)
        trial.await_strikes(armed, 1)
        trial.workflow.put(trial.key_of(file), file.content)
    trial.ended(file)
    trial.workflow.put(trial.key_of(file), file.content)
    trial.strikes += 1
    trial.noted_versions(file, 2)


def replaced_by_another(trial: Trial) -> None:
    """Other bytes come under the key of an upload before it is taken."""
    file, other = trial.file(trial.rows()), trial.file(trial.rows(amount="99", currency="EUR"))
    with trial.faults([_HELD], file) as armed:
        trial.send(file)
        trial.await_strikes(armed, 1)
        trial.workflow.put(trial.key_of(file), other.content)
    trial.ended(file)
    assert trial.refused(trial.key_of(file)) == ["object-key"]


def key_taken(trial: Trial) -> None:
    """Something else is under the key of a file before the bank sends it."""
    file = trial.file(trial.rows())
    trial.workflow.put(trial.key_of(file), b"anything")
    trial.strikes += 1
    trial.send(file)
    trial.ended(file)
    assert trial.refused(trial.key_of(file)) == ["object-key"]


def gone_before_read(trial: Trial) -> None:
    """The version is deleted before it is read: its letter waits, until the bank sends the file again."""
    file = trial.file(trial.rows())
    with trial.faults([_HELD], file) as armed:
        trial.send(file)
        trial.await_strikes(armed, 1)
        bucket = trial.stage.outputs[Output.FILES_BUCKET]
        trial.stage.client("s3").delete_object(Bucket=bucket, Key=trial.key_of(file), VersionId=trial.version(file))
    trial.give_up(file, WHOLE)
    trial.send_again(file)


def failed_and_sent_again(trial: Trial) -> None:
    """A bank sends a file again that has failed: it runs again, and its letter finds it done."""
    file = trial.file(trial.rows())
    refused = s3("GetObject", TRANSFORMATION, times=FOR_GOOD, status=403, code="AccessDenied")
    with trial.faults([refused], file) as armed:
        trial.send(file)
        trial.await_strikes(armed, 1)
        trial.give_up(file, WHOLE)
    trial.send_again(file)


def put_by_hand(trial: Trial) -> None:
    """An operator puts a good file under its key; later the bank sends it."""
    file = trial.file(trial.rows())
    trial.workflow.put(trial.key_of(file), file.content)
    trial.strikes += 1
    assert trial.ended(file)["via"] == "object"
    trial.send(file)
    trial.differs |= {f"{file.id}: via object, expected api"}


def put_by_hand_wrong(trial: Trial) -> None:
    """What is put by hand is no good file of the bank that its key names, or its key is none of an upload."""
    bad = trial.file([*trial.rows(), *trial.rows(1, amount="-1")])
    of_another = replace(bad, owner=trial.banks[1], content=trial.file(trial.rows()).content)
    # Letters alone: with digits behind it a date may look like a card number, and the object gets another name.
    of_nobody = object_key("no-such-bank", bad.report_date, "f" * 32)
    strange = f"uploads/{uuid.uuid4().hex}.csv"
    for key, content, upload, rules in (
        (trial.key_of(bad), bad.content, trial.id_of(bad), ["duplicate-in-file", "format"]),
        (trial.key_of(of_another), of_another.content, trial.id_of(of_another), ["bank"]),
        (of_nobody, bad.content, of_nobody, ["object-key"]),
        (strange, bad.content, strange, ["object-key"]),
    ):
        trial.workflow.put(key, content)
        trial.strikes += 1
        assert trial.refused(upload) == rules
    assert trial.post(bad).status == 422
    assert trial.kept.row(trial.bank, f"{trial.prefix}0000") is None
    trial.send(trial.file(trial.rows()))


def put_by_hand_and_failing(trial: Trial) -> None:
    """A good file that is put by hand fails before anybody has recorded it; then the bank sends it."""
    file = trial.file(trial.rows())
    refused = s3("GetObject", VALIDATION, times=FOR_GOOD, status=403, code="AccessDenied")
    with trial.faults([refused], file) as armed:
        trial.workflow.put(trial.key_of(file), file.content)
        trial.await_strikes(armed, 1)
        trial.give_up(file, WHOLE)
    trial.send_again(file)


OBJECTS: dict[str, Callable[[Trial], None]] = {
    "replaced-by-itself": replaced_by_itself,
    "replaced-by-another": replaced_by_another,
    "key-taken": key_taken,
    "gone-before-read": gone_before_read,
    "failed-and-sent-again": failed_and_sent_again,
    "put-by-hand": put_by_hand,
    "put-by-hand-wrong": put_by_hand_wrong,
    "put-by-hand-and-failing": put_by_hand_and_failing,
}
