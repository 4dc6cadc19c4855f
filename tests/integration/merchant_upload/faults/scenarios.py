"""What happens under each fault of the table: one function for those that are injected, one each for the others."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import urllib3
from urllib3.filepost import encode_multipart_formdata

from hallmark.sending.outcome import Outcome, Status
from hallmark.stage.embedded.faults import Injection
from hallmark.systems.merchant_upload.files import MerchantFile
from infra.merchant_upload.outputs import Output
from tests.integration.merchant_upload.faults.injections import (
    INJECTED,
    LONG,
    UPLOAD,
    VALIDATION,
    dynamodb,
    read,
)
from tests.integration.merchant_upload.faults.trial import KINDS, Json, Trial
from tests.support.faults import wait_for, wanted_strikes

POISON = "poison"
# An invocation of validation that is held up when it begins.
_HELD = Injection("dynamodb", "GetItem", "delay", (UPLOAD,), by=VALIDATION, seconds=1.0)
PAUSE_SECONDS = 1.5
CLIENT_ERROR = range(400, 500)


def injected(trial: Trial) -> None:
    """Send a file under the injected faults until all have struck, or until its letter is there."""
    case = INJECTED[trial.fault]
    file = trial.file(trial.rows(max(case.rows, len(KINDS))))
    wanted = wanted_strikes(case.injections)
    if case.refused:
        with trial.faults(case.injections) as armed:
            form = trial.ask(file)
            trial.await_strikes(armed, wanted)
        assert trial.answers[503] == 1, trial.answers
        trial.post(file, form)
        return
    form = trial.ask(file)
    with trial.faults(case.injections, form["uploadId"]) as armed:
        trial.post(file, form)
        trial.await_strikes(armed, wanted)
        if case.letter:
            trial.await_letter()


def poison(trial: Trial) -> None:
    """A record that is no row ends in the queue; those of its batch and behind it do not."""
    trial.letter = True
    item = {"transaction_id": f"{trial.merchant}#{trial.prefix}{POISON}", "kind": "transaction"}
    typed = {name: {"S": value} for name, value in item.items()}
    table = trial.stage.outputs[Output.TRANSACTIONS_TABLE]
    trial.stage.client("dynamodb").put_item(TableName=table, Item={**typed, "timestamp": {"N": "1790000000000"}})
    trial.strikes += 1
    trial.done(trial.send(trial.file(trial.rows())))
    trial.await_letter()


def form_used_twice(trial: Trial) -> None:
    """The same file comes with the same form, while the first is taken and when it is done."""
    file = trial.file(trial.rows())
    form = trial.ask(file)
    trial.post(file, form)
    for _ in range(2):
        assert trial.client(trial.merchant).post(form, file.content).status == 204
        trial.strikes += 1
        trial.done(form)
    _await_later(trial, form, 2)


def form_used_for_another_file(trial: Trial) -> None:
    """Another file comes with a form that did not say which."""
    first, other = _two_files(trial)
    form = trial.ask(first, is_said=False)
    trial.post(first, form)
    trial.done(form)
    _post_unheeded(trial, other, form)
    _await_later(trial, form, 1)


def replaced_while_read(trial: Trial) -> None:
    """The reading of a version is held up while another comes: the one that is bound first is the upload's file."""
    first, other = _two_files(trial)
    form = trial.ask(first, is_said=False)
    with trial.faults([read(effect="delay", seconds=1.5)], form["uploadId"]) as armed:
        version = _post_unheeded(trial, first, form)
        trial.await_strikes(armed, 1)
        _post_unheeded(trial, other, form)
        bound = trial.done(form)
    content = (first if bound["versionId"] == version else other).content
    trial.outcomes.append(Outcome(replace(first, content=content), Status.ACCEPTED))
    _await_later(trial, form, 1)


def replaced_while_stored(trial: Trial) -> None:
    """Another version comes while the rows of the first are stored."""
    first, other = _two_files(trial)
    form = trial.ask(first, is_said=False)
    with trial.faults([dynamodb("TransactWriteItems", VALIDATION, effect="delay", seconds=1.0)]) as armed:
        trial.post(first, form)
        trial.await_strikes(armed, 1)
        _post_unheeded(trial, other, form)
        _await_later(trial, form, 1)


def gone_before_read(trial: Trial) -> None:
    """Somebody deletes the version before it is read: its letter waits; the merchant uploads it again."""
    file = trial.file(trial.rows())
    form = trial.ask(file)
    with trial.faults([_HELD], form["uploadId"]) as armed:
        version = _post_unheeded(trial, file, form)
        trial.await_strikes(armed, 1)
        bucket = trial.stage.outputs[Output.FILES_BUCKET]
        trial.stage.client("s3").delete_object(Bucket=bucket, Key=form["key"], VersionId=version)
        trial.await_letter()
    trial.post(file, form)


def notified_twice(trial: Trial) -> None:
    """The notification comes again when the file is done."""
    file = trial.file(trial.rows())
    form = trial.ask(file)
    version = trial.post(file, form)
    trial.done(form)
    trial.notify(form, version)
    trial.strikes += 1


def notified_twice_at_once(trial: Trial) -> None:
    """Three invocations take the same version at the same time."""
    file = trial.file(trial.rows(LONG))
    form = trial.ask(file)
    with trial.faults([replace(_HELD, times=3)], form["uploadId"]) as armed:
        version = trial.post(file, form)
        for _ in range(2):
            trial.notify(form, version)
        trial.await_strikes(armed, 3)


def files_race(trial: Trial) -> None:
    """Two files with the same rows come at once."""
    _at_once(trial, trial.file(trial.rows()), trial.file(trial.rows()[::-1]))


def files_race_in_conflict(trial: Trial) -> None:
    """Two files with the same ids and other content come at once: whoever claims an id first has it."""
    rows = trial.rows()
    _at_once(trial, trial.file(rows), trial.file([replace(row, amount=row.amount + 1) for row in rows]))


def merchants_alike(trial: Trial) -> None:
    """Two merchants use the same ids and cards, with other times, at once."""
    here, there = (trial.rows(merchant=merchant) for merchant in trial.merchants[:2])
    _at_once(trial, trial.file(here), trial.file([replace(row, country="FR") for row in there]))


def form_posted_broken(trial: Trial) -> None:
    """The form comes without its file, cut off, with a field changed or missing: nothing of it is stored."""
    file = trial.file(trial.rows())
    form = trial.ask(file)
    fields = {**form["fields"], "file": (file.name, file.content, "text/csv")}
    body, kind = encode_multipart_formdata(fields)
    without = encode_multipart_formdata({name: value for name, value in fields.items() if name != "policy"})
    broken = [(body[: len(body) // 2], kind), (body, "text/plain"), (b"", kind), without]
    broken += [encode_multipart_formdata(form["fields"]), encode_multipart_formdata({**fields, "key": "uploads/a.csv"})]
    for cut, content_type in broken:
        headers = {"content-type": content_type}
        answer = urllib3.request("POST", form["url"], body=cut, headers=headers, retries=False)
        trial.answers[answer.status] += 1
        trial.strikes += 1
        assert answer.status in CLIENT_ERROR, answer.data
    assert trial.upload(form)["status"] == "waiting"
    trial.post(file, form)


def concurrency_used_up(trial: Trial) -> None:
    """No execution of either function is free for a while."""
    functions = [trial.stage.outputs[name] for name in (Output.VALIDATION_ARN, Output.ANOMALY_DETECTION_ARN)]
    files = dict(zip(functions, _two_files(trial), strict=True))
    client = trial.stage.client("lambda")
    for function, status in zip(functions, ("waiting", "processing"), strict=True):
        name = function.split(":")[6]
        reserved = client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"]
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            form = trial.send(files[function])
            trial.strikes += 1
            time.sleep(PAUSE_SECONDS)
            item = trial.upload(form)
            assert (item["status"], item.get("judged", 0)) == (status, 0)
        finally:
            client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)


def _two_files(trial: Trial) -> tuple[MerchantFile, MerchantFile]:
    return trial.file(trial.rows()), trial.file([replace(row, id=f"{row.id}-other") for row in trial.rows()])


def _post_unheeded(trial: Trial, file: MerchantFile, form: Json) -> str:
    """Post a version that is not to be the upload's file; return it."""
    answer = trial.client(file.merchant).post(form, file.content)
    assert answer.status == 204
    trial.strikes += 1
    return str(answer.headers["x-amz-version-id"])


def _await_later(trial: Trial, form: Json, number: int) -> None:
    """Wait until so many versions are noted that are not the upload's file."""
    noted = lambda: len(trial.upload(form).get("laterVersions", ())) == number  # noqa: E731
    wait_for(noted, f"the note of {number} later versions")


def _at_once(trial: Trial, *files: MerchantFile) -> None:
    forms = [trial.ask(file) for file in files]
    with ThreadPoolExecutor(len(files)) as pool:
        list(pool.map(trial.post, files, forms))
    trial.strikes += len(files)


OTHERS: dict[str, Callable[[Trial], None]] = {
    "poison": poison,
    "form-used-twice": form_used_twice,
    "form-used-for-another-file": form_used_for_another_file,
    "replaced-while-read": replaced_while_read,
    "replaced-while-stored": replaced_while_stored,
    "gone-before-read": gone_before_read,
    "notified-twice": notified_twice,
    "notified-twice-at-once": notified_twice_at_once,
    "files-race": files_race,
    "files-race-in-conflict": files_race_in_conflict,
    "merchants-alike": merchants_alike,
    "form-posted-broken": form_posted_broken,
    "concurrency-used-up": concurrency_used_up,
}
