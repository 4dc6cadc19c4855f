"""What commands print about a stage."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from hallmark import clock
from hallmark.redrive.queues import count, queues_of
from hallmark.stage import Stage
from hallmark.stuck import LIMIT_SECONDS, Stuck
from hallmark.systems.wing import Access, wing

_NOTHING = Access({}, {}, "")


def _title(stage: Stage, where: str) -> dict[str, str]:
    return {"system": stage.system, "stage": f"{stage.name} ({where})"}


def _found(stage: Stage) -> Access:
    made = wing(stage.system).access
    return made(stage) if made else _NOTHING


def _print(console: Console, lines: Mapping[str, str]) -> None:
    width = max(map(len, lines)) + 2
    for name, value in lines.items():
        console.print(f"{name:<{width}}{value}", markup=False, highlight=False, soft_wrap=True)


def _sample(console: Console, access: Access) -> None:
    if access.sample:
        console.print("\ntry it:", style="bold")
        console.print(access.sample, markup=False, highlight=False, soft_wrap=True)


def embedded_access(console: Console, stage: Stage, environment: Mapping[str, str]) -> None:
    """Print how to reach an embedded stage: addresses, keys, an example call, and the AWS CLI's variables."""
    access = _found(stage)
    endpoint, *others = (f"{name}={value}" for name, value in environment.items())
    address = {"endpoint": environment["AWS_ENDPOINT_URL"]}
    _print(console, {**_title(stage, "embedded"), **address, **access.addresses, **access.keys})
    _sample(console, access)
    console.print("\nfor the AWS CLI:", style="bold")
    for exported in (endpoint, " ".join(others)):
        console.print(f"export {exported}", markup=False, highlight=False, soft_wrap=True)


def aws_access(console: Console, stage: Stage) -> None:
    """Print how to reach a stage on AWS; for its keys only the command that shows them."""
    access = _found(stage)
    _print(console, {**_title(stage, "AWS"), **access.addresses})
    _sample(console, access)


def state(stage: Stage) -> dict[str, Any]:
    """Return a stage's addresses, the messages in each of its queues, and what is stuck, as JSON data."""
    queues = {queue.name: count(stage, queue) for queue in queues_of(stage)}
    found = _stuck(stage)
    return {
        "system": stage.system,
        "stage": stage.name,
        "target": stage.target,
        "addresses": dict(_found(stage).addresses),
        "queues": queues,
        "stuck": None if found is None else [one.to_dict() for one in found],
    }


def status(console: Console, stage: Stage) -> None:
    """Print a stage's addresses, the number of messages in each of its queues, and what is stuck."""
    _print(console, {**_title(stage, stage.target), **_found(stage).addresses})
    table = Table("queue", "messages")
    for queue in queues_of(stage):
        table.add_row(queue.name, str(count(stage, queue)))
    if table.row_count:
        console.print(table)
    found = _stuck(stage)
    if found is None:
        return
    lines = [f"stuck: {one}" for one in found] or [f"nothing is unfinished after {LIMIT_SECONDS} s"]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _stuck(stage: Stage) -> list[Stuck] | None:
    """Return what is stuck; None where the system's wing cannot tell."""
    find = wing(stage.system).stuck
    return find(stage, clock.now(), LIMIT_SECONDS) if find else None
