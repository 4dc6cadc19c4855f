"""What is missing and what came twice, of all trials at once: one ledger, the audit bus, the topic, the archive."""

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hallmark.evidence import Fault
from hallmark.ledger.ledger import Ledger
from hallmark.sending.outcome import Run
from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.reconcile import reconcile
from infra.realtime.outputs import Output
from tests.integration.realtime.faults.trial import Trial
from tests.integration.realtime.observations import Json, drained, fed_queue
from tests.support.waiting import wait_for

# On AWS it may take ten minutes until an event is in its archive.
ARCHIVE_WAITS = 30


@dataclass(frozen=True)
class Reckoning:
    """What was found at the end, for all trials; alerts by transactionId and ruleId, copies by transactionId."""

    ledger: Ledger
    alerts: Counter[tuple[str, str]]
    copies: Counter[str]
    archived: frozenset[str]
    suspected: frozenset[tuple[str, str]]

    def row(self, trial: Trial) -> Fault:
        """What came of one fault, counted and in words."""
        alerts = [count for (name, _), count in self.alerts.items() if name.startswith(trial.prefix)]
        copies = sum(count for name, count in self.copies.items() if name.startswith(trial.prefix))
        answers = ", ".join(f"{count} x {status}" for status, count in sorted(trial.answers.items()))
        letters = len(trial.letters.of(trial.prefix))
        told = (
            f"strikes: {trial.strikes}",
            f"answers: {answers}",
            f"copies on the audit bus: {copies}",
            f"alerts: {sum(alerts)}",
            f"in the queues of failures: {letters}",
        )
        return Fault(
            id=trial.fault,
            seen="; ".join(told),
            accepted=len(trial.ids),
            lost=len(self.lost(trial)),
            duplicates=sum(count - 1 for count in alerts) + len(self.invented(trial)),
        )

    def lost(self, trial: Trial) -> set[str]:
        """The accepted transactions that are missing at any place, in the archive, or among the published alerts."""
        missing = {name.partition("/")[0] for line in self.ledger.lines for name in line.missing}
        missing |= {name for name, rule in self.suspected if (name, rule) not in self.alerts}
        return {name for name in trial.ids if name in missing or name not in self.archived}

    def invented(self, trial: Trial) -> set[str]:
        """What is at a place where it is not expected."""
        unexpected = {name for line in self.ledger.lines for name in line.unexpected}
        return {name for name in unexpected if name.startswith(trial.prefix)}


def reckon(stage: Stage, trials: Sequence[Trial], started_at: datetime, alerts: Callable[[], list[Json]]) -> Reckoning:
    """Wait until the pipeline is quiet, and count."""
    outcomes = tuple(outcome for trial in trials for outcome in trial.outcomes)
    seconds = (datetime.now(UTC) - started_at).total_seconds()
    ledger = reconcile(stage, Run(started_at, seconds, outcomes), drain_buffer=True, progress=lambda _: None)
    published = [json.loads(alert["Message"]) for alert in alerts()]
    ids = {name for trial in trials for name in trial.ids}
    return Reckoning(
        ledger,
        Counter((alert["transactionId"], alert["ruleId"]) for alert in published),
        _copies(stage),
        frozenset(_archived(stage, ids, started_at)),
        frozenset(pair for trial in trials for pair in _suspected(trial)),
    )


def _suspected(trial: Trial) -> Iterator[tuple[str, str]]:
    """What asks for an alert, by transactionId and ruleId."""
    for name in trial.ids:
        for record in trial.targets.audit_records(name, "verdict"):
            if record["outcome"] == "suspected":
                yield name, record["ruleId"]


def _copies(stage: Stage) -> Counter[str]:
    """The forwarded transactions on the audit bus, from its log group."""
    pages = (
        stage.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=stage.outputs[Output.AUDIT_LOG_GROUP])
    )
    events = (json.loads(line["message"]) for page in pages for line in page["events"])
    return Counter(e["detail"]["transactionId"] for e in events if e["detail-type"] == "TransactionReceived")


def _archived(stage: Stage, wanted: Collection[str], since: datetime) -> set[str]:
    """Replay the archive to a rule of our own, again until all the wanted are there or the time is over."""
    events, found = stage.client("events"), set[str]()
    bus, name = stage.outputs[Output.TRANSACTION_BUS], f"archived-{uuid.uuid4().hex[:8]}"
    deadline = time.monotonic() + ARCHIVE_WAITS * stage.quiet_seconds
    with fed_queue(stage, "events.amazonaws.com") as (url, queue):
        # Live events have no replay-name.
        pattern = json.dumps({"source": ["hallmark.realtime"], "replay-name": [{"exists": True}]})
        rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "1", "Arn": queue}])
        while not found.issuperset(wanted) and time.monotonic() < deadline:
            _replay(stage, rule, since)
            found |= {json.loads(message["Body"])["detail"]["transactionId"] for message in drained(stage, url)}
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["1"])
        events.delete_rule(Name=name, EventBusName=bus)
    return found


def _replay(stage: Stage, rule: str, since: datetime) -> None:
    events, name = stage.client("events"), f"faults-{uuid.uuid4().hex[:12]}"
    archive: dict[str, Any] = events.describe_archive(ArchiveName=stage.outputs[Output.TRANSACTION_ARCHIVE])
    events.start_replay(
        ReplayName=name,
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=since - timedelta(minutes=1),
        EventEndTime=datetime.now(UTC) + timedelta(minutes=1),
        Destination={"Arn": archive["EventSourceArn"], "FilterArns": [rule]},
    )
    wait_for(lambda: events.describe_replay(ReplayName=name)["State"] == "COMPLETED", "the replay", 600)
