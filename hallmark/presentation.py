"""What commands print about a stage."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from hallmark import clock
from hallmark.redrive.queues import count, failures_of, queues_of, redrive_command
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
    """Print a stage's addresses, how many messages each queue has, what failed and what is stuck, with what to do."""
    _print(console, {**_title(stage, stage.target), **_found(stage).addresses})
    table = Table("queue", "messages")
    messages = {queue.name: count(stage, queue) for queue in queues_of(stage)}
    for name, number in messages.items():
        table.add_row(name, str(number))
    if table.row_count:
        console.print(table)
    lines = [f"waiting in {name}: {messages[name]}, do again with `{do}`" for name, do in _failed(stage, messages)]
    found = _stuck(stage)
    if found is not None:
        lines += [f"stuck: {one}" for one in found] or [f"nothing is unfinished after {LIMIT_SECONDS} s"]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _failed(stage: Stage, messages: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return the queues for failures that are not empty, each with the command that repeats its work."""
    failures = wing(stage.system).failures
    if failures is None or not any(messages.values()):
        return []
    names = failures_of(stage, failures().queues)
    return [(name, redrive_command(stage, name)) for name in names if messages.get(name)]


def _stuck(stage: Stage) -> list[Stuck] | None:
    """Return what is stuck; None where the system's wing cannot tell."""
    find = wing(stage.system).stuck
    return find(stage, clock.now(), LIMIT_SECONDS) if find else None
