"""The status of a stage names what is stuck, as text and as JSON, where the system's wing can tell."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from hallmark import presentation
from hallmark.cli import run
from hallmark.commands import stage as command
from hallmark.redrive.failures import Failures
from hallmark.redrive.queues import Queue
from hallmark.stuck import LIMIT_SECONDS, Stuck
from hallmark.systems.wing import Wing

STUCK = Stuck("one", "id-1", 301.25, "accepted", {"rows": 3}, "hallmark redrive stuck")


class FakeStage:
    system, name, target = "any", "dev", "embedded"


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Stuck]:
    """What is stuck on a stage with one queue."""
    stuck: list[Stuck] = []
    wing = Wing(stuck=lambda stage, now, seconds: stuck if seconds == LIMIT_SECONDS else [])
    monkeypatch.setattr(presentation, "wing", lambda system: wing)
    monkeypatch.setattr(presentation, "queues_of", lambda stage: [Queue("failure", "url", "arn")])
    monkeypatch.setattr(presentation, "count", lambda stage, queue: 2)
    return stuck


def shown() -> str:
    written = io.StringIO()
    console = Console(file=written, width=60)
    presentation.status(console, FakeStage())
    return written.getvalue()


def test_what_is_stuck_is_named_with_what_to_do(found: list[Stuck]) -> None:
    assert "nothing is unfinished after 300 s" in shown()
    found += [STUCK, replace(STUCK, id="id-2")]
    assert "stuck: one/id-1 accepted for 301 s: 3 rows; hallmark redrive stuck\n" in shown()
    assert "stuck: one/id-2" in shown()


def test_a_queue_for_failures_that_is_not_empty_is_named_with_its_command(
    monkeypatch: pytest.MonkeyPatch, found: list[Stuck]
) -> None:
    assert "waiting in" not in shown(), "without a wing that can redrive"
    wing = Wing(failures=lambda: Failures(("Failed",), (), shape=lambda stage, body: None))
    monkeypatch.setattr(presentation, "wing", lambda system: wing)
    queue, empty = Queue("failure", "url", "arn"), Queue("other-failure", "url", "other")
    monkeypatch.setattr(presentation, "queues_of", lambda stage: [queue, empty, Queue("buffer", "url", "work")])
    monkeypatch.setattr(presentation, "failures_of", lambda stage, outputs: {one.name: one for one in (queue, empty)})
    monkeypatch.setattr(presentation, "count", lambda stage, one: 0 if one == empty else 2)
    (line,) = (line for line in shown().splitlines() if line.startswith("waiting in"))
    assert line == "waiting in failure: 2, do again with `hallmark redrive failure --system any --stage dev`"


def test_a_wing_that_cannot_tell_says_nothing(monkeypatch: pytest.MonkeyPatch, found: list[Stuck]) -> None:
    monkeypatch.setattr(presentation, "wing", lambda system: Wing())
    assert "unfinished" not in shown()
    assert presentation.state(FakeStage())["stuck"] is None


def test_the_json_of_stages_has_the_same(
    monkeypatch: pytest.MonkeyPatch, found: list[Stuck], capsys: pytest.CaptureFixture[str]
) -> None:
    found.append(STUCK)
    monkeypatch.setattr(command, "_running_stages", lambda *_: ([FakeStage(), FakeStage()], ""))
    assert run(["status", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first == second
    assert (first["queues"], first["stuck"][0]["id"], first["stuck"][0]["seconds"]) == ({"failure": 2}, "id-1", 301.25)


def test_the_json_of_no_stage_is_an_empty_list_and_the_exit_code_is_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_running_stages", lambda *_: ([], "no embedded stage is running"))
    assert run(["status", "--json"]) == 1
    said: Any = capsys.readouterr()
    assert (json.loads(said.out), said.err) == ([], "no embedded stage is running\n")
