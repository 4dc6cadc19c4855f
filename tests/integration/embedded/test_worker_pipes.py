"""A handler process over its pipes: logs are whole, a hang or a death is reported, and the next invocation goes on."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.waiting import wait_for

Client = Callable[[str], Any]
Invoke = Callable[[dict[str, Any]], tuple[dict[str, Any], str | None]]
HANDLER = """
exports.handler = async (event) => {
  const lines = Array.from({ length: event.lines || 0 }, (_, line) => `${event.mark} ${line} ${"x".repeat(100)}`);
  for (const text of event.atOnce ? [lines.join("\\n")] : lines) console.log(text);
  if (event.die) process.kill(process.pid, "SIGKILL");
  if (event.hang) await new Promise(() => setInterval(() => {}, 1000));
  return { echo: (event.text || "").length, pid: process.pid, unwritten: process.stderr.writableLength };
};
"""
MANY = 8000  # lines of more than 100 bytes: several times what a pipe holds


@pytest.fixture
def invoke(client: Client, unique: str, create: Callable[..., None]) -> Invoke:
    """Invoke a function of its own, with a limit of two seconds; returns its answer and the kind of its failure."""
    create(HANDLER, Timeout=2)

    def call(event: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
        answer = client("lambda").invoke(FunctionName=unique, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read()), answer.get("FunctionError")

    return call


def _lines(client: Client, function: str, mark: str) -> list[str]:
    pages = client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    messages = [event["message"] for page in pages for event in page["events"]]
    return [line for message in messages for line in message.splitlines() if line.startswith(mark)]


@pytest.mark.parametrize("at_once", [False, True])
def test_more_logs_than_a_pipe_holds_arrive_whole_and_in_order(
    invoke: Invoke, client: Client, unique: str, at_once: bool
) -> None:
    answer, error = invoke({"lines": MANY, "mark": "many", "atOnce": at_once})
    assert error is None
    lines = wait_for(lambda: _lines(client, unique, "many"), "the log")
    assert [int(line.split()[1]) for line in lines] == list(range(MANY))
    assert answer["unwritten"] == 0, "the answer was ahead of the log"


def test_an_event_larger_than_a_pipe_arrives_whole(invoke: Invoke) -> None:
    size = 1_000_000
    assert invoke({"text": "y" * size})[0]["echo"] == size


def test_a_process_serves_again_and_its_logs_are_not_mixed(invoke: Invoke, client: Client, unique: str) -> None:
    pids = {invoke({"lines": 1, "mark": f"call{number}"})[0]["pid"] for number in range(5)}
    assert len(pids) == 1
    for number in range(5):
        wait_for(lambda number=number: len(_lines(client, unique, f"call{number}")) == 1, f"line {number}")


@pytest.mark.parametrize(("what", "words"), [("hang", "Task timed out after 2.00 seconds"), ("die", "")])
def test_a_process_that_hangs_or_dies_is_told_and_replaced(invoke: Invoke, what: str, words: str) -> None:
    before = invoke({})[0]["pid"]
    answer, error = invoke({what: True})
    assert error
    assert words in answer["errorMessage"]
    again, error = invoke({})
    assert error is None
    assert again["pid"] != before
