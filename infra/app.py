"""The entry point of cdk.json: systems x stages -> stacks. `python -m infra.app [-c key=value ...]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from infra.context import Layer
from infra.dated_lists import refuse_overdue
from infra.stage import load
from infra.synthesis import synthesize

if TYPE_CHECKING:
    from aws_cdk import App


def plan(context_layers: Sequence[Layer]) -> Callable[[App], None]:
    """Read the parameters; return what adds the selected stages' stacks, and each region's account stack.

    UserError for an invalid parameter, and for a list past its review.
    """
    refuse_overdue()
    stages = load(context_layers)

    def add(app: App) -> None:
        from infra.account import AccountStack

        regions = dict.fromkeys(stage.system.region for stage in stages)
        accounts = {region: AccountStack(app, region) for region in regions}
        for stage in stages:
            for stack in import_module(f"infra.{stage.system.name}.stack").stacks(app, stage):
                stack.add_stack_dependency(accounts[stage.system.region])

    return add


if __name__ == "__main__":
    sys.exit(synthesize(sys.argv[1:], plan))
