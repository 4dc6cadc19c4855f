"""A replay that does not complete: Ctrl-C cancels it, and what EventBridge says of a failure is passed on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from hallmark.progress import Progress
from hallmark.systems.realtime.replay import Plan, run
from infra.errors import UserError

PLAN = Plan("archive", "bus", datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC), ("rule",), ())


@dataclass
class Events:
    """EventBridge, as far as a replay needs it; `states` are what DescribeReplay tells one after the other."""

    states: list[dict[str, Any]]
    started: dict[str, Any] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)

    def start_replay(self, **request: Any) -> None:
        self.started = request

    def describe_replay(self, ReplayName: str) -> dict[str, Any]:
        assert ReplayName == self.started["ReplayName"]
        return self.states.pop(0)

    def cancel_replay(self, ReplayName: str) -> None:
        self.cancelled.append(ReplayName)


@dataclass
class FakeStage:
    """A stage with nothing but EventBridge, and a clock that does not make anybody wait."""

    events: Events
    outputs: dict[str, str] = field(default_factory=lambda: {"AuditLogGroup": "group"})
    quiet_seconds: float = 0.0

    def client(self, service: str) -> Any:
        return self.events


def test_the_named_rules_are_the_filter() -> None:
    events = Events([{"State": "FAILED"}])
    with pytest.raises(UserError):
        run(FakeStage(events), PLAN, lambda _: None)
    assert events.started["Destination"] == {"Arn": "bus", "FilterArns": ["rule"]}


def test_ctrl_c_cancels() -> None:
    events = Events([{"State": "RUNNING"}])

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(UserError, match="is cancelled"):
        run(FakeStage(events), PLAN, interrupt)
    assert events.cancelled == [events.started["ReplayName"]]


def test_progress_is_where_in_the_range_the_replay_is() -> None:
    noon = datetime(2026, 3, 3, 12, tzinfo=UTC)
    events = Events(
        [{"State": "STARTING"}, {"State": "RUNNING", "EventLastReplayedTime": noon}, {"State": "CANCELLED"}]
    )
    seen: list[tuple[int, int]] = []
    with pytest.raises(UserError, match="is cancelled: no reason given"):
        run(FakeStage(events), PLAN, lambda progress: seen.append((progress.done, progress.total)))
    assert seen == [(0, 86400), (43200, 86400), (0, 86400)]


def test_a_failure_is_told_with_its_reason() -> None:
    events = Events([{"State": "FAILED", "StateReason": "the bus is gone"}])
    with pytest.raises(UserError, match="is failed: the bus is gone"):
        run(FakeStage(events), PLAN, lambda _: None)
