"""Functions that no client waits for give way to all others, and get their turn all the same."""

import json
import os
from collections.abc import Callable
from typing import Any

from hallmark.stage.embedded.speed.background_priority import NICENESS, PATIENCE_SECONDS, may_come_back
from tests.support.waiting import wait_for

Client = Callable[[str], Any]
# Field 41 of /proc/[pid]/stat is the scheduling class; the name before it, in brackets, may hold blanks.
HANDLER = """
const kind = () => Number(require("fs").readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[38]);
const state = () => [kind(), require("os").getPriority()];
exports.handler = async (event) => {
  const before = state();
  await new Promise((done) => setTimeout(done, event.wait));
  console.log(JSON.stringify({ mark: event.mark, before, after: state() }));
};
"""


def _state(client: Client, function: str, mark: str, wait_seconds: float, kind: str) -> list[list[int]]:
    """The class and the niceness that a handler saw when it began and when it ended."""
    event = {"mark": mark, "wait": wait_seconds * 1000}
    client("lambda").invoke(FunctionName=function, InvocationType=kind, Payload=json.dumps(event))

    def found() -> Any:
        group = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}", filterPattern=mark)
        texts = [text for event in group["events"] for text in event["message"].splitlines() if text.startswith("{")]
        return [line for line in map(json.loads, texts) if line["mark"] == mark]

    line = wait_for(found, "the handler's line")[0]
    return [line["before"], line["after"]]


def test_it_gives_way_until_its_patience_ends_and_then_again(
    client: Client, unique: str, create: Callable[..., None]
) -> None:
    create(HANDLER, Timeout=10)
    client("logs").create_log_group(logGroupName=f"/aws/lambda/{unique}")
    first = os.SCHED_IDLE if may_come_back() else os.SCHED_OTHER
    long = PATIENCE_SECONDS + 1
    assert _state(client, unique, "short", 0, "Event")[0] == [first, NICENESS]
    assert _state(client, unique, "long", long, "Event") == [[first, NICENESS], [os.SCHED_OTHER, NICENESS]]
    assert _state(client, unique, "again", 0, "Event")[0] == [first, NICENESS]


def test_what_somebody_waits_for_gives_no_way(client: Client, unique: str, create: Callable[..., None]) -> None:
    create(HANDLER, Timeout=10)
    assert _state(client, unique, "asked", 0, "RequestResponse")[0] == [os.SCHED_OTHER, 0]
