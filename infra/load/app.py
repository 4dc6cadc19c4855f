"""The load generators' app, separate from the systems': `python -m infra.load.app -c stage=dev -c loadWorkers=4`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from infra.context import Layer, for_stage
from infra.errors import UserError, bad
from infra.load.parameters import Parameters
from infra.load.target import LoadTarget, load_target
from infra.parameters import read
from infra.stage import Stage, SystemParameters, context_of, load
from infra.synthesis import synthesize

if TYPE_CHECKING:
    from aws_cdk import App

LOADABLE = ("dev",)
Loaded = tuple[Stage[SystemParameters], LoadTarget, int]


def loads(context_layers: Sequence[Layer]) -> list[Loaded]:
    """Return the stages to put under load, each with its workers; UserError without any, or for one not allowed."""
    context = context_of(context_layers)
    stages = [(stage, _workers(context, stage.name)) for stage in load(context_layers)]
    targets = [(stage, load_target(stage.system), workers) for stage, workers in stages if workers]
    found = [(stage, target, workers) for stage, target, workers in targets if target]
    if not found:
        raise UserError("no stage is put under load: add -c stage=dev -c loadWorkers=4")
    return found


def _workers(context: Layer, stage: str) -> int:
    workers = read(Parameters, lambda key: for_stage(context, key, stage)).workers
    if workers and stage not in LOADABLE:
        raise bad("loadWorkers", workers, f"0 in {stage}, which is not put under load: add -c stage=dev")
    return workers


def plan(context_layers: Sequence[Layer]) -> Callable[[App], None]:
    """Read the parameters; return what adds a stack of generators for each stage under load."""
    found = loads(context_layers)

    def add(app: App) -> None:
        from infra.load.stack import LoadStack

        for stage, target, workers in found:
            LoadStack(app, stage, target, workers)

    return add


if __name__ == "__main__":
    sys.exit(synthesize(sys.argv[1:], plan))
