"""Replays of an archive: EventBridge's deliveries, and the changes that they cause.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html
"""

import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from botocore.exceptions import ClientError

from hallmark import clock
from hallmark.ledger.quiet import wait_until_quiet
from hallmark.naming import physical, thing
from hallmark.progress import Callback, Progress
from hallmark.stage import Stage
from hallmark.systems.realtime.outputs import Output
from hallmark.systems.realtime.replay_arrivals import Arrivals
from infra.errors import UserError

# "We recommend you delay replaying archived events for 10 minutes to make sure all events are replayed."
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
ARCHIVE_DELAY = timedelta(minutes=10)
_LOOKS_PER_QUIET_TIME = 5
# A failed invocation is retried after a pause, which does not count as quiet.
_QUIET_TIMES = 2


class Archive(StrEnum):
    """The archives that can be replayed: the value is the bus."""

    TRANSACTION = "transaction"
    AUDIT = "audit"

    @property
    def output(self) -> Output:
        """The stack output that names the archive."""
        return {Archive.TRANSACTION: Output.TRANSACTION_ARCHIVE, Archive.AUDIT: Output.AUDIT_ARCHIVE}[self]

    @property
    def bus(self) -> Output:
        """The stack output that names the bus."""
        return {Archive.TRANSACTION: Output.TRANSACTION_BUS, Archive.AUDIT: Output.AUDIT_BUS}[self]


@dataclass(frozen=True)
class Plan:
    """A replay that can be started: archive, range, and rules (none: all)."""

    archive_arn: str
    bus_arn: str
    start: datetime
    end: datetime
    rule_arns: tuple[str, ...]
    caveats: tuple[str, ...]


def plan(stage: Stage, start: datetime, end: datetime, archive: Archive, rules: Sequence[str]) -> Plan:
    """Return the plan of a replay; times are aware, their fractions of a second are cut off.

    UserError for a range that is empty, in the future or older than the archive's retention, a missing archive, and a
    rule that its bus does not have.
    """
    now = clock.now()
    start, end = (moment.replace(microsecond=0) for moment in (start, end))
    if start >= end:
        raise UserError(f"the range is empty: --from {clock.to_text(start)} is not before --to {clock.to_text(end)}")
    if end > now:
        raise UserError(f"--to {clock.to_text(end)} is in the future: leave it out to replay until now")
    described = _described(stage, archive)
    kept_from = _kept_from(described, now)
    if kept_from and end <= kept_from:
        raise UserError(
            f"the archive keeps {described['RetentionDays']} days: replay from {clock.to_text(kept_from)} on"
        )
    rule_arns = tuple(_rule_arn(stage, archive, rule) for rule in rules)
    return Plan(
        described["ArchiveArn"],
        described["EventSourceArn"],
        start,
        end,
        rule_arns,
        tuple(_caveats(stage, start, end, kept_from)),
    )


@dataclass(frozen=True)
class Replayed:
    """A replay that has completed: how many deliveries arrived, and of how many transactions."""

    name: str
    deliveries: int
    transactions: int


def run(stage: Stage, planned: Plan, progress: Callback) -> Replayed:
    """Replay, wait until EventBridge has delivered all events and the pipeline is quiet; return what arrived.

    UserError when Ctrl-C cancels the replay, and when EventBridge fails.
    """
    events = stage.client("events")
    name = f"hallmark-{uuid.uuid4().hex[:12]}"
    arrivals = Arrivals(stage, name, planned.start, planned.end)
    destination: dict[str, Any] = {"Arn": planned.bus_arn}
    if planned.rule_arns:
        destination["FilterArns"] = list(planned.rule_arns)
    events.start_replay(
        ReplayName=name,
        EventSourceArn=planned.archive_arn,
        EventStartTime=planned.start,
        EventEndTime=planned.end,
        Destination=destination,
    )
    try:
        _wait_until_delivered(stage, name, planned, progress)
    except (KeyboardInterrupt, SystemExit):
        with suppress(ClientError):  # it may have ended already
            events.cancel_replay(ReplayName=name)
        raise UserError(f"Interrupted: replay {name} is cancelled. Its deliveries stay; start it again.") from None
    wait_until_quiet([arrivals], stage.quiet_seconds * _QUIET_TIMES)
    return Replayed(name, arrivals.deliveries, len(arrivals.transactions))


def _described(stage: Stage, archive: Archive) -> dict[str, Any]:
    events = stage.client("events")
    name = stage.outputs[archive.output]
    try:
        described: dict[str, Any] = events.describe_archive(ArchiveName=name)
    except events.exceptions.ResourceNotFoundException:
        raise UserError(f"the archive {name} does not exist: deploy the stage again with `hallmark up`") from None
    return described


def _kept_from(described: dict[str, Any], now: datetime) -> datetime | None:
    """Return the start of the archive's retention; None where it keeps events indefinitely."""
    days = described.get("RetentionDays") or 0
    return now - timedelta(days=days) if days else None


def _rule_arn(stage: Stage, archive: Archive, rule: str) -> str:
    pages = stage.client("events").get_paginator("list_rules").paginate(EventBusName=stage.outputs[archive.bus])
    arns = {found["Name"]: str(found["Arn"]) for page in pages for found in page["Rules"]}
    name = physical(stage, rule)
    if name not in arns:
        known = ", ".join(sorted(filter(None, (thing(stage, other) for other in arns))))
        raise UserError(f"the {archive} bus has no rule {rule}: name one of {known}")
    return arns[name]


def _caveats(stage: Stage, start: datetime, end: datetime, kept_from: datetime | None) -> list[str]:
    caveats = []
    if stage.target == "aws" and end > clock.now() - ARCHIVE_DELAY:
        caveats.append("events of the last ten minutes may not be in the archive yet: replay them later")
    if kept_from and start < kept_from:
        caveats.append(f"events before {clock.to_text(kept_from)} are no longer in the archive")
    return caveats


def _wait_until_delivered(stage: Stage, name: str, planned: Plan, progress: Callback) -> None:
    total = round((planned.end - planned.start).total_seconds())
    while True:
        replay = stage.client("events").describe_replay(ReplayName=name)
        state, last = replay["State"], replay.get("EventLastReplayedTime", planned.start)
        done = total if state == "COMPLETED" else round((last - planned.start).total_seconds())
        progress(Progress("replaying, seconds of the range", min(max(done, 0), total), total, Counter()))
        if state == "COMPLETED":
            return
        if state in ("CANCELLED", "FAILED"):
            reason = replay.get("StateReason") or "no reason given"
            raise UserError(f"replay {name} is {state.lower()}: {reason}; its deliveries stay, start it again")
        time.sleep(stage.quiet_seconds / _LOOKS_PER_QUIET_TIME)
