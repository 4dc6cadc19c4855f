"""What happens under each fault of the table: one function for those that are injected, one each for the others."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from hallmark.stage.embedded.faults import Injection
from hallmark.systems.bank_upload.files import BankFile
from infra.bank_upload.outputs import Output
from tests.integration.bank_upload.faults.injections import (
    ACCEPTED,
    ATTEMPTS,
    INJECTED,
    LONG,
    SECOND,
    TRANSFORMATION,
    UPLOAD,
    VALIDATION,
    dynamodb,
    s3,
)
from tests.integration.bank_upload.faults.objects import OBJECTS
from tests.integration.bank_upload.faults.trial import Trial
from tests.support.faults import wanted_strikes

REPEATS = 10
PAUSE_SECONDS = 1.5


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
            trial.give_up(file, case.fails)
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
        given = trial.workflow.input(trial.key_of(file), trial.version(file))
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
        trial.workflow.start(trial.workflow.input(trial.key_of(file), trial.version(file)))
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
    "concurrency-used-up": concurrency_used_up,
    **OBJECTS,
}
