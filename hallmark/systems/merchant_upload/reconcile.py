"""Reconciles a run of files: wait for the verdicts, read back what there is, and compare it with a plain reading."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from threading import Event
from typing import Any

import urllib3
from botocore.exceptions import ClientError

from hallmark import clock, parallel
from hallmark.ledger.patience import wait
from hallmark.ledger.quiet import Source
from hallmark.ledger.waiting import Waiting, given_up, letters, waiting
from hallmark.progress import Callback, Progress
from hallmark.sending.http import Http
from hallmark.sending.outcome import Run
from hallmark.stage import Stage
from hallmark.systems.merchant_upload import api, lines, observation, statuses, verdicts
from hallmark.systems.merchant_upload.expectation import Expected, Sent, expect, ids
from hallmark.systems.merchant_upload.failure_letters import Owner
from hallmark.systems.merchant_upload.failures import FAILURES
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.following import Uploads, Verdicts, is_finished
from hallmark.systems.merchant_upload.ledger import FileLedger
from hallmark.systems.merchant_upload.lines import Findings
from hallmark.systems.merchant_upload.observation import Observed
from hallmark.systems.merchant_upload.reading import read
from hallmark.systems.merchant_upload.table import TransactionsTable
from hallmark.systems.merchant_upload.uploader import Uploaded
from infra.merchant_upload.outputs import Output

Item = Mapping[str, Any]


def reconcile(stage: Stage, run: Run[MerchantFile], uploaded: Mapping[str, Uploaded], progress: Callback) -> FileLedger:
    """Wait until every row has its verdict, or nothing changes any more, and return the ledger of all rows."""
    table = TransactionsTable(stage)
    places = [(outcome.item, uploaded[outcome.item.id]) for outcome in run.carried]
    following = Uploads(table, [f"{file.merchant}#{place.upload_id}" for file, place in places], progress)
    _wait(stage, following)
    sent = list(_read_again(stage, places, following.items, progress))
    claims = observation.claims(table, ids(sent))
    expected = expect(sent, claims, observation.rows_of_claims(table, claims))
    judged = Verdicts(table, expected.winners, _verdicts(table, expected), progress)
    if following.complete:
        _wait(stage, judged)
    time.sleep(stage.quiet_seconds)
    judged.read_all()
    observed = Observed(
        following.items,
        claims,
        judged.rows,
        judged.alerts,
        observation.kept_problems(table, sent, following.items),
        observation.objects(stage, sent, following.items),
    )
    findings = Findings(sent, expected, judged.expected, observed)
    return _ledger(stage, run, replace(findings, asked=_asked(stage, findings)))


def _wait(stage: Stage, source: Source) -> None:
    wait(source, given_up(stage, FAILURES))


def _read_again(
    stage: Stage, places: Sequence[tuple[MerchantFile, Uploaded]], uploads: Mapping[str, Item], progress: Callback
) -> Iterator[Sent]:
    """Yield the files with what a plain reading finds as of their objects' creation."""
    for done, (file, place) in enumerate(places, 1):
        created = _created(stage, place.key, uploads.get(f"{file.merchant}#{place.upload_id}", {}))
        yield Sent(file, place.upload_id, place.key, read(file.content, created))
        progress(Progress("reading the files again", done, len(places), Counter()))


def _created(stage: Stage, key: str, upload: Item) -> datetime:
    """Return when an object was created; of one that was removed, as its upload says."""
    version = {"VersionId": upload["versionId"]} if "versionId" in upload else {}
    try:
        answer = stage.client("s3").head_object(Bucket=stage.outputs[Output.FILES_BUCKET], Key=key, **version)
    except ClientError:
        return clock.from_text(upload["uploadedAt"]) if "uploadedAt" in upload else clock.now()
    created: datetime = answer["LastModified"]
    return created


def _verdicts(table: TransactionsTable, expected: Expected) -> dict[str, frozenset[str]]:
    """Return the verdicts by all rows of the cards: those that others sent before count, too."""
    cards = {f"{name.split('#', 1)[0]}#{one.content.card_token}" for name, one in expected.winners.items()}
    return verdicts.expected(expected.winners, table.of_cards(sorted(cards)))


def _asked(stage: Stage, found: Findings) -> dict[str, bool]:
    keys = api.key_ids(stage)
    asked = list(
        statuses.questions(found.sent, found.observed.uploads, found.expected.winners, found.observed.rows, list(keys))
    )
    key_of: Callable[[str], str] = cache(lambda merchant: stage.api_key(keys[merchant]))
    with urllib3.PoolManager(maxsize=parallel.WORKERS, block=True) as pool:
        answers = statuses.ask(Http(pool, Event()), api.status_url(stage), key_of, asked)
    return {question.name: answer for question, answer in zip(asked, answers, strict=True)}


def _ledger(stage: Stage, run: Run[MerchantFile], found: Findings) -> FileLedger:
    owner = Owner(stage, {one.key: one for one in found.sent}, frozenset(found.expected.winners))
    waits = waiting(stage, letters(stage, FAILURES, owner.item_of))
    uploads = found.observed.uploads
    finished = [one for one in uploads.values() if is_finished(one) and "uploadedAt" in one]
    times = [(clock.from_text(one["uploadedAt"]), clock.from_text(one["finishedAt"])) for one in finished]
    rows = sum(int(one.get("rows", 0)) for one in finished)
    span = (max(end for _, end in times) - min(begin for begin, _ in times)).total_seconds() if times else 0.0
    return FileLedger(
        **run.totals,
        mismatches=tuple(lines.mismatches(found)),
        lost=tuple(sorted(lines.lost(found, owner.covered, owner.files))),
        waiting=waits,
        places=lines.places(found),
        verdicts=lines.anomalies(found),
        rejections=lines.rejections(found),
        counts=_counts(found),
        seconds_per_file=tuple(sorted((end - begin).total_seconds() for begin, end in times)),
        rows_per_second=rows / span if span else 0.0,
        unfinished=tuple(_unfinished(found, owner, waits)),
    )


def _counts(found: Findings) -> dict[str, int]:
    expected = found.expected
    valid = sum(1 for one in found.sent for _ in one.valid)
    counts = {name: expected.total(name) for name in ("rows", "stored", "duplicates", "rejected", "conflicts")}
    flagged = len(found.flagged)
    refused = sum(one.refusal is not None for one in expected.files.values())
    combinations = len({rules for rules in found.verdicts.values() if rules})
    return {
        "bytes": sum(len(one.file.content) for one in found.sent),
        "files refused": refused,
        **counts,
        "valid rows": valid,
        "rows flagged": flagged,
        "combinations of anomalies": combinations,
    }


def _unfinished(found: Findings, owner: Owner, waits: Sequence[Waiting]) -> Iterator[str]:
    """Yield what is not finished, how far it is, and where its work is."""
    queues = ", ".join(one.queue for one in waits)
    for one in found.sent:
        item = found.observed.uploads.get(one.upload_key, {})
        if is_finished(item):
            continue
        counts = ", ".join(f"{int(item.get(name, 0))} {name}" for name in ("rows", "stored", "judged"))
        names = {one.stored_id(content) for _, content in one.valid}
        is_known = one.file.id in owner.files or bool(names & owner.covered)
        where = f"its work waits in {queues}" if is_known else "no queue has its work"
        yield f"{one.file.id} is not finished: {item.get('status', 'unknown')}, {counts}; {where}"
