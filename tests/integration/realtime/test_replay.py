"""A replay of the archive changes nothing, sends no alert twice, and brings back what was lost of what it derives."""

import json
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest

from hallmark import clock
from hallmark.commands.moments import moment
from hallmark.digest import compare, digest
from hallmark.stage import Stage
from hallmark.systems.realtime import replay as replays
from hallmark.systems.realtime.digest import PARTS
from infra.errors import UserError
from infra.realtime.outputs import Output
from tests.support.command import Command
from tests.support.waiting import wait_for

Json = dict[str, Any]
Make = Callable[..., Json]
MIXED: list[Json] = [
    {},
    {"merchantCategory": "crypto"},
    {"amount": 1000, "ts": "2026-03-03T09:00:00Z"},
    {"amount": -20.25, "cardNotPresent": True, "country": "BR", "merchantId": "mérchant"},
]
# high-risk-merchant; high-value-domestic and night-time; geo-anomaly
MATCHES = 4


@pytest.fixture
def since(now: datetime) -> datetime:
    """A moment before anything that the test sends; the archive knows whole seconds."""
    return now - timedelta(seconds=1)


@pytest.fixture
def replay(stage: Stage, since: datetime) -> Callable[..., None]:
    """Replay everything since the test began, to all rules or the named ones, and wait until the pipeline is quiet."""

    def run(*rules: str) -> None:
        planned = replays.plan(stage, since, clock.now(), replays.Archive.TRANSACTION, rules)
        replays.run(stage, planned, lambda progress: None)

    return run


@pytest.fixture
def sent(since: datetime, api: Any, transaction: Make, settle: Callable[[], None]) -> list[str]:
    """The ids of a few transactions of all kinds that have gone all the way."""
    bodies = [transaction(**fields) for fields in MIXED]
    for body in bodies:
        api.accept(body)
    settle()
    return [body["transactionId"] for body in bodies]


@pytest.fixture
def lose(stage: Stage, targets: Any) -> Callable[..., int]:
    """Delete the audit records of some kinds, and the processed objects; returns how many there were."""

    def delete(sent: Sequence[str], *kinds: str) -> int:
        table, bucket = stage.outputs[Output.AUDIT_LOGS_TABLE], stage.outputs[Output.PROCESSED_BUCKET]
        records = [record for one in sent for kind in kinds for record in targets.audit_records(one, kind)]
        for record in records:
            key = {name: {"S": record[name]} for name in ("transactionId", "ts")}
            stage.client("dynamodb").delete_item(TableName=table, Key=key)
        keys = [key for one in sent for key in targets.objects(one)]
        for key in keys:
            stage.client("s3").delete_object(Bucket=bucket, Key=key)
        return len(records) + len(keys)

    return delete


def alerted(alerts: Callable[[], list[Json]], sent: Sequence[str]) -> list[str]:
    """The rules of the alerts that have been published for the transactions."""
    messages = [json.loads(alert["Message"]) for alert in alerts()]
    return sorted(message["ruleId"] for message in messages if message["transactionId"] in sent)


@pytest.mark.control("RT_REPLAY", "RT_BUS_ARCHIVE")
def test_nothing_changes_and_nobody_is_alerted_twice(
    stage: Stage, targets: Any, sent: list[str], replay: Any, alerts: Any
) -> None:
    before = digest(stage, PARTS, sent)
    assert [len(part.records) for part in before.parts] == [len(sent), len(sent) + 2 * MATCHES, MATCHES]
    for _ in range(2):
        replay()
    assert len(targets.buffer(sent[1])) == 3, "the replay was to deliver again"
    assert digest(stage, PARTS, sent).sha256 == before.sha256
    assert alerted(alerts, sent) == []


@pytest.mark.control("RT_REPLAY", "RT_NO_LOSS")
def test_nothing_changes_while_live_traffic_goes_on(
    api: Any, stage: Stage, sent: list[str], replay: Any, alerts: Any, transaction: Make, settle: Any
) -> None:
    before = digest(stage, PARTS, sent)
    with _traffic(api, transaction) as live:
        replay()
    settle()
    assert digest(stage, PARTS, sent).sha256 == before.sha256
    assert alerted(alerts, sent) == []
    parts = digest(stage, PARTS, live).parts
    assert [len(part.records) for part in parts] == [len(live), 3 * len(live), len(live)]
    assert alerted(alerts, live) == ["high-risk-merchant"] * len(live)


@contextmanager
def _traffic(api: Any, transaction: Make) -> Any:
    """Send transactions that are suspected until the block ends; gives their ids."""
    enough, ids = Event(), []

    def send() -> None:
        while not enough.is_set():
            body = transaction(merchantCategory="luxury")
            api.accept(body)
            ids.append(body["transactionId"])

    sender = Thread(target=send)
    sender.start()
    try:
        yield ids
    finally:
        enough.set()
        sender.join()
    assert ids


@pytest.mark.control("RT_REPLAY")
def test_lost_verdicts_and_objects_come_back_byte_for_byte(
    stage: Stage, sent: list[str], replay: Any, lose: Any, alerts: Any
) -> None:
    before = digest(stage, PARTS, sent)
    lost = lose(sent, "verdict")
    assert lost == 2 * MATCHES
    assert len(compare(before, digest(stage, PARTS, sent)).removed) == lost
    replay()
    wait_for(lambda: digest(stage, PARTS, sent) == before, "the same bytes")
    assert alerted(alerts, sent) == []


@pytest.mark.control("RT_REPLAY", "RT_AUDIT")
def test_lost_alert_records_come_back_byte_for_byte(
    stage: Stage, sent: list[str], replay: Any, lose: Any, alerts: Any
) -> None:
    """The alert's record is all that is known of an alert: without it, the alert is published once more."""
    before = digest(stage, PARTS, sent)
    assert lose(sent, "verdict", "alert") == 3 * MATCHES
    replay()
    wait_for(lambda: digest(stage, PARTS, sent) == before, "the same bytes")
    rules = ["geo-anomaly", "high-risk-merchant", "high-value-domestic", "night-time"]
    assert wait_for(lambda: alerted(alerts, sent), "the alerts") == rules


@pytest.mark.control("RT_REPLAY")
def test_a_replay_to_one_rule_reaches_no_other(stage: Stage, targets: Any, sent: list[str], replay: Any) -> None:
    replay("night-time")
    rules = [message["ruleId"] for message in targets.buffer(sent[2])]
    assert sorted(rules) == ["high-value-domestic", "night-time", "night-time"]


@pytest.mark.control("RT_REPLAY")
def test_the_command_prints_equal_digests(hallmark: Command, stage: Stage, sent: list[str], since: datetime) -> None:
    done = hallmark("replay", "--from", clock.to_text(since), "--target", "aws", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["before"] == told["after"] == digest(stage, PARTS).to_dict()
    assert told["before"]["parts"]["transactions"]["records"] >= len(sent)
    assert told["deliveries"] >= MATCHES and told["transactions"] >= len(sent) - 1
    assert "the last ten minutes may not be in the archive yet" in done.stderr
    shown = hallmark("digest", "--target", "aws")
    assert told["after"]["sha256"] in shown.stdout


@pytest.mark.control("RT_REPLAY")
def test_the_command_counts_what_comes_back(hallmark: Command, sent: list[str], since: datetime, lose: Any) -> None:
    lose(sent, "verdict")
    done = hallmark("replay", "--from", since.isoformat(), "--target", "aws")
    assert done.returncode == 0, done.stderr
    assert f"{2 * MATCHES} records were missing and are restored" in done.stdout


@pytest.mark.embedded
@pytest.mark.control("RT_REPLAY")
def test_a_replay_of_nothing_proves_nothing(hallmark: Command, sent: list[str]) -> None:
    words = ("replay", "--from", "6d", "--to", "5d", "--target", "aws")
    done = hallmark(*words)
    assert done.returncode == 1
    assert "nothing was delivered" in done.stderr and "equal" not in done.stdout
    assert hallmark(*words, "--allow-empty").returncode == 0


@pytest.mark.parametrize(
    ("start", "end", "archive", "rules", "message"),
    [
        ("1m", "2m", "transaction", (), "is not before --to"),
        ("1m", "2999-01-01", "transaction", (), "is in the future: leave it out"),
        ("20d", "10d", "transaction", (), "the archive keeps 7 days: replay from"),
        ("1m", "0s", "transaction", ("none",), "the transaction bus has no rule none: name one of geo-anomaly,"),
        ("1m", "0s", "audit", ("night-time",), "the audit bus has no rule night-time: name one of record"),
    ],
)
def test_a_replay_that_cannot_be_is_refused(
    stage: Stage, start: str, end: str, archive: str, rules: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        replays.plan(stage, moment(start), moment(end), replays.Archive(archive), rules)


def test_a_users_error_is_one_line(hallmark: Command) -> None:
    done = hallmark("replay", "--from", "yesterday", "--target", "aws")
    assert done.returncode == 2
    assert "yesterday is not a time; use RFC 3339" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
