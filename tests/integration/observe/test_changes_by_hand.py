"""Whatever somebody changes on a deployed stage is named by a policy and by drift, with logical id and place."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from hallmark import catalogue
from hallmark.observe import observe
from hallmark.observe.drift import Difference, drift
from hallmark.policies import judge
from hallmark.stage import Stage
from tests.integration.observe.changes import CHANGES, Change
from tests.integration.observe.changes.table import groups

Json = dict[str, Any]
GROUPS = groups(CHANGES)
pytestmark = pytest.mark.embedded


@dataclass(frozen=True)
class Reading:
    """What drift tells of a stage, and the verdicts of the policies that find something."""

    differences: list[Difference]
    verdicts: list[Json]


def _read(stage: Stage, template: Json) -> Reading:
    document = observe(stage)
    verdicts = [one for one in judge(document, "realtime", "dev") if one["findings"]]
    return Reading(drift(template, document), verdicts)


@pytest.fixture(scope="session")
def reading(breakable: Stage, deployed_template: Json) -> Callable[[int], Reading]:
    """Make all changes of a group, by its number, read the stage once, and take them back."""

    @cache
    def read(number: int) -> Reading:
        with ExitStack() as made:
            for change in GROUPS[number]:
                made.enter_context(change.make(breakable))
            return _read(breakable, deployed_template)

    return read


def _unhashed(logical_id: str) -> str:
    """A logical id without the eight digits that the CDK puts behind it."""
    return re.sub("[0-9A-F]{8}$", "", logical_id)


def test_a_fresh_stage_has_neither_drift_nor_findings(breakable: Stage, deployed_template: Json) -> None:
    assert _read(breakable, deployed_template) == Reading([], [])


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_is_named_by_policy_and_by_drift(reading: Callable[[int], Reading], change: Change) -> None:
    number, group = next((number, group) for number, group in enumerate(GROUPS) if change in group)
    found, others = reading(number), [one for one in group if one is not change]
    elsewhere = {name for one in others for name in one.resources}
    differences = [one for one in found.differences if _unhashed(one.resource) not in elsewhere]
    assert {_unhashed(one.resource) for one in differences} == change.resources
    assert all(one.path.startswith(change.path) for one in differences)
    verdicts = [one for one in found.verdicts if not any(one["id"] in other.controls for other in others)]
    assert {one["id"] for one in verdicts} == change.controls
    told = {_unhashed(finding["resource"]) for one in verdicts for finding in one["findings"]}
    assert change.reported_on in told


def test_every_control_that_is_read_back_is_broken_by_hand() -> None:
    asking = {control.id for control in catalogue.load("realtime").controls if control.asks_for("observed")}
    assert {control for change in CHANGES for control in change.controls} == asking


def test_afterwards_nothing_of_the_changes_is_left(breakable: Stage, deployed_template: Json) -> None:
    assert _read(breakable, deployed_template) == Reading([], [])
