"""Whatever somebody changes on a deployed stage is named by a policy and by drift, with logical id and place."""

import re
from typing import Any

import pytest
from observe.changes import CHANGES, Change

from hallmark import catalogue
from hallmark.observe import observe
from hallmark.observe.drift import drift
from hallmark.policies import judge
from hallmark.stage import Stage

Json = dict[str, Any]


def _unhashed(logical_id: str) -> str:
    """A logical id without the eight digits that the CDK puts behind it."""
    return re.sub("[0-9A-F]{8}$", "", logical_id)


def test_a_fresh_stage_has_neither_drift_nor_findings(breakable: Stage, deployed_template: Json) -> None:
    document = observe(breakable)
    assert drift(deployed_template, document) == []
    assert [one for one in judge(document, "realtime", "dev") if one["findings"]] == []


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_is_named_by_policy_and_by_drift(breakable: Stage, deployed_template: Json, change: Change) -> None:
    with change.make(breakable):
        document = observe(breakable)
    differences = drift(deployed_template, document)
    assert {_unhashed(one.resource) for one in differences} == set(change.resource.split("|"))
    assert all(one.path.startswith(change.path) for one in differences)
    verdicts = [one for one in judge(document, "realtime", "dev") if one["findings"]]
    assert {one["id"] for one in verdicts} == change.controls
    told = {_unhashed(finding["resource"]) for one in verdicts for finding in one["findings"]}
    assert change.reported_on in told


def test_every_control_that_is_read_back_is_broken_by_hand() -> None:
    asking = {control.id for control in catalogue.load("realtime").controls if control.asks_for("observed")}
    assert {control for change in CHANGES for control in change.controls} == asking


def test_afterwards_nothing_of_the_changes_is_left(breakable: Stage, deployed_template: Json) -> None:
    assert drift(deployed_template, observe(breakable)) == []
