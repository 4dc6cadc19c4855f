"""What happens under each fault of the table: one function for those that are injected, one each for the others."""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from hallmark.stage.embedded.faults import Injection
from hallmark.systems.bank_upload.content import object_key
from hallmark.systems.bank_upload.files import BankFile
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.faults.injections import (
    ACCEPTED,
    ATTEMPTS,
    INJECTED,
    KEPT,
    LONG,
    SECOND,
    TRANSFORMATION,
    UPLOAD,
    VALIDATION,
    WHOLE,
    delivery,
    dynamodb,
    s3,
)
from tests.integration.bank_upload.faults.trial import Json, Trial
from tests.support.faults import FOR_GOOD, wait_for, wanted_strikes

REPEATS = 10
PAUSE_SECONDS = 1.5
# Events that wait until all is in place: EventBridge tries again for half a minute.
_HELD = delivery(times=FOR_GOOD, code="THROTTLING")


def injected(trial: Trial) -> None:
    """Send a file under the injected faults until all have struck, or until its work is given up."""
    case = INJECTED[trial.fault]
    file = trial.file(trial.rows(case.rows))
    with trial.faults(case.injections, file) as armed:
        trial.send(file)
        trial.await_strikes(armed, wanted_strikes(case.injections))
        if case.fails is None:
            trial.ended(file)
        else:
            _given_up(trial, file, case.fails)
    assert trial.answers[503] == case.refused, trial.answers


def killed_before_object(trial: Trial) -> None:
    """The record is there, its object is not, and the bank is silent: it has no 202."""
    file = _silent(trial, dynamodb("PutItem", VALIDATION, effect="kill", after=True))
    item = trial.kept.upload(trial.id_of(file))
    assert item is not None
    assert (item["status"], "versionId" in item) == ("receiving", False)
    trial.send(trial.file(trial.rows(LONG)))


def killed_after_object(trial: Trial) -> None:
    """The object is there, which the record does not say, and the bank is silent: the file is taken all the same."""
    file = _silent(trial, s3("PutObject", VALIDATION, effect="kill", after=True))
    trial.ended(file)
    trial.send(file)


def killed_after_accepting(trial: Trial) -> None:
    """All is written and the answer is lost."""
    file = _silent(trial, dynamodb("UpdateItem", VALIDATION, UPLOAD, ACCEPTED, effect="kill", after=True))
    trial.ended(file)
    trial.send(file)


def _silent(trial: Trial, injection: Injection) -> BankFile:
    """Post a file once, which ends in mid-flight."""
    file = trial.file(trial.rows())
    with trial.faults([injection], file) as armed:
        assert trial.post(file).status == 503
        trial.await_strikes(armed, 1)
    return file


def started_at_once(trial: Trial) -> None:
    """Four executions take the same version, and their writes meet."""
    file = trial.file(trial.rows(LONG))
    with trial.faults([dynamodb("TransactWriteItems", TRANSFORMATION, SECOND, effect="delay", seconds=0.5)], file):
        trial.send(file)
        given = trial.workflow.input(trial.key_of(file), _version(trial, file))
        for _ in range(3):
            trial.workflow.start(given)
            trial.strikes += 1
        trial.ended(file)


def started_after_end(trial: Trial) -> None:
    """The workflow starts again when the upload is done."""
    file = trial.file(trial.rows())
    trial.send(file)
    before = trial.ended(file)
    trial.workflow.start(trial.workflow.input(trial.key_of(file), before["versionId"]))
    trial.strikes += 1
    other = trial.file(trial.rows(LONG))
    trial.send(other)
    trial.ended(other)
    assert trial.kept.upload(trial.id_of(file)) == before


def started_by_both(trial: Trial) -> None:
    """One execution gives up while another goes through."""
    file = trial.file(trial.rows(LONG))
    killed = dynamodb("TransactWriteItems", TRANSFORMATION, SECOND, effect="kill", times=ATTEMPTS)
    with trial.faults([killed], file) as armed:
        trial.send(file)
        trial.workflow.start(trial.workflow.input(trial.key_of(file), _version(trial, file)))
        trial.await_strikes(armed, ATTEMPTS)
    trial.ended(file)


def event_lost(trial: Trial) -> None:
    """The rule does not see the event: nobody has a letter, and the upload is stuck."""
    events = trial.stage.client("events")
    (rule,) = events.list_rules(NamePrefix="rule-bank-upload-object-created-")["Rules"]
    file = trial.file(trial.rows())
    events.disable_rule(Name=rule["Name"])
    try:
        trial.send(file)
        trial.strikes += 1
    finally:
        events.enable_rule(Name=rule["Name"])
    trial.fails[trial.id_of(file)] = frozenset()


def same_file_at_once(trial: Trial) -> None:
    """The same file comes ten times at the same moment."""
    file = trial.file(trial.rows())
    with ThreadPoolExecutor(REPEATS) as pool:
        list(pool.map(trial.send, [file] * REPEATS))
    trial.strikes += REPEATS


def files_race(trial: Trial) -> None:
    """Two files with the same rows come at once."""
    _at_once(trial, trial.file(trial.rows(LONG)), trial.file(trial.rows(LONG)[::-1]))


def files_race_in_conflict(trial: Trial) -> None:
    """Two files with the same ids and other content come at once: whoever stores an id first has it."""
    _at_once(trial, trial.file(trial.rows(LONG)), trial.file(trial.rows(LONG, amount="77", currency="EUR")[::-1]))


def race_with_killed(trial: Trial) -> None:
    """One of two files that conflict is ended in its middle, and goes on when the other is done."""
    first = trial.file(trial.rows(LONG))
    second = trial.file(trial.rows(LONG, amount="77", currency="EUR"))
    injection = dynamodb("TransactWriteItems", TRANSFORMATION, SECOND, trial.id_of(first), effect="kill", times=2)
    with trial.faults([injection], first) as armed:
        _at_once(trial, first, second)
        trial.await_strikes(armed, 2)


def banks_alike(trial: Trial) -> None:
    """Two banks use the same ids at once."""
    _at_once(trial, *(trial.file(trial.rows(bank=bank), bank) for bank in trial.banks[:2]))


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
        trial.stage.client("s3").delete_object(Bucket=bucket, Key=trial.key_of(file), VersionId=_version(trial, file))
    _given_up(trial, file, WHOLE)
    trial.send(file)
    trial.ended(file)


def failed_and_sent_again(trial: Trial) -> None:
    """A bank sends a file again that has failed: it runs again, and its letter finds it done."""
    file = trial.file(trial.rows())
    refused = s3("GetObject", TRANSFORMATION, times=FOR_GOOD, status=403, code="AccessDenied")
    with trial.faults([refused], file) as armed:
        trial.send(file)
        trial.await_strikes(armed, 1)
        _given_up(trial, file, WHOLE)
    trial.send(file)
    trial.ended(file)


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
    of_nobody = object_key("no-such-bank", bad.report_date, "0" * 32)
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
        _given_up(trial, file, WHOLE)
    trial.send(file)
    trial.ended(file)


def concurrency_used_up(trial: Trial) -> None:
    """No execution of any function is free for a while."""
    client = trial.stage.client("lambda")
    for place, output in enumerate((Output.VALIDATION_ARN, Output.TRANSFORMATION_ARN, Output.NOTIFICATION_ARN)):
        name = trial.stage.outputs[output].split(":")[6]
        reserved = client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]
        file = trial.file(trial.rows(place + 1))
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            if output == Output.VALIDATION_ARN:
                assert trial.post(file).status == 503
            else:
                trial.send(file)
            trial.strikes += 1
            time.sleep(PAUSE_SECONDS)
            assert (trial.kept.upload(trial.id_of(file)) or {}).get("status") != "done"
        finally:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
        trial.send(file)


def _given_up(trial: Trial, file: BankFile, done: frozenset[str]) -> None:
    """Wait until a file's work is given up, and all is done about it that can be."""
    upload = trial.id_of(file)
    trial.fails[upload] = done
    if KEPT in done:
        wait_for(lambda: upload in trial.letters(), f"the letter of {file.name}", 300)


def _version(trial: Trial, file: BankFile) -> str:
    """Return the version that a file's object has."""
    bucket = trial.stage.outputs[Output.FILES_BUCKET]
    return str(trial.stage.client("s3").head_object(Bucket=bucket, Key=trial.key_of(file))["VersionId"])


def _at_once(trial: Trial, *files: BankFile) -> None:
    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(trial.send, files))
    trial.strikes += len(files)


OTHERS: dict[str, Callable[[Trial], None]] = {
    "killed-before-object-silent": killed_before_object,
    "killed-after-object-silent": killed_after_object,
    "killed-after-accepting-silent": killed_after_accepting,
    "started-at-once": started_at_once,
    "started-after-end": started_after_end,
    "started-by-both": started_by_both,
    "event-lost": event_lost,
    "same-file-at-once": same_file_at_once,
    "files-race": files_race,
    "files-race-in-conflict": files_race_in_conflict,
    "race-with-killed": race_with_killed,
    "banks-alike": banks_alike,
    "replaced-by-itself": replaced_by_itself,
    "replaced-by-another": replaced_by_another,
    "key-taken": key_taken,
    "gone-before-read": gone_before_read,
    "failed-and-sent-again": failed_and_sent_again,
    "put-by-hand": put_by_hand,
    "put-by-hand-wrong": put_by_hand_wrong,
    "put-by-hand-and-failing": put_by_hand_and_failing,
    "concurrency-used-up": concurrency_used_up,
}
