"""Data that decides on a stage, compared with what is declared: the tables of rules or parameters of its system."""

from collections.abc import Iterator
from typing import Any

from hallmark.observe.difference import Difference
from hallmark.policies import DECIDING
from hallmark.stage import Stage
from hallmark.systems.wing import Deciding, wing

_STACK = "AWS::CloudFormation::Stack"


def judged(stage: Stage) -> Iterator[tuple[Deciding, list[Difference]]]:
    """Yield what the system's wing declares, each with its differences on the stage."""
    for deciding in wing(stage.system).deciding:
        lost = [store for store in deciding.stores if store not in stage.outputs]
        found = [Difference(stage.stacks[0], _STACK, "changed", f"Outputs.{store}", deciding.about) for store in lost]
        yield deciding, found or deciding.differences(stage)


def differences(stage: Stage) -> list[Difference]:
    """Return every difference of a stage's deciding data."""
    return [one for _, found in judged(stage) for one in found]


def noted(stage: Stage) -> dict[str, Any]:
    """Return the differences as the mark of an observed template has them: findings of the controls that own the data.

    `hallmark.policies.judge` adds them to the policies' own.
    """
    findings = [
        {"control": deciding.control, "finding": _finding(deciding, one)}
        for deciding, found in judged(stage)
        for one in found
    ]
    return {DECIDING: findings} if findings else {}


def _finding(deciding: Deciding, one: Difference) -> dict[str, str]:
    found, wanted = ("nothing" if value is None else str(value) for value in (one.observed, one.declared))
    place = {"policy": "", "resource": one.resource, "path": one.path}
    return {**place, "found": found, "wanted": wanted, "fix": deciding.fix}
