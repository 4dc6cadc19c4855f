"""`hallmark drift`: what differs between the template and the stage as it is."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Annotated, Any

import typer

from hallmark.commands.common import StageName, StageOption, Target, TargetOption, open_stage
from hallmark.observe import observe
from hallmark.observe.drift import Difference, declared
from hallmark.observe.drift import drift as differences_of
from hallmark.up import SYSTEM

_TOLD = {"missing": "declared, and not there", "added": "there, and not declared", "changed": ""}


def drift(
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON.")] = False,
) -> None:
    """Compare the synthesized template with the stage as its services describe it; exit code 1 when they differ."""
    wanted = declared(SYSTEM, stage.value)
    found = differences_of(wanted, observe(open_stage(target, stage)))
    print(json.dumps([asdict(one) for one in found], indent=1) if as_json else "\n".join(text(found)))
    raise typer.Exit(int(bool(found)))


def text(found: Sequence[Difference]) -> Iterator[str]:
    """The differences resource by resource, and how many there are."""
    for (name, kind), items in groupby(found, key=lambda one: (one.resource, one.type)):
        listed = list(items)
        yield f"{name}  {kind}  {_TOLD[listed[0].change]}".rstrip()
        for one in listed:
            if one.path:
                yield f"  {one.path}"
                yield f"    declared  {_shown(one.declared)}"
                yield f"    observed  {_shown(one.observed)}"
    resources = len({one.resource for one in found})
    many = f"{_counted(len(found), 'difference')} in {_counted(resources, 'resource')}"
    yield many if found else "no drift: the stage is as it was declared"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shown(value: Any) -> str:
    return "nothing" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
