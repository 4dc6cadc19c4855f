"""Judging takes as many steps as there is to judge, and a number as many as it has digits: counted, not timed."""

import copy
import gc
import sys
from collections import Counter
from types import FrameType
from typing import Any

import pytest

from benchmarks.grown import SHAPES, Document, grown
from hallmark import policies
from tests.unit.policies.edited import Edited

# Of every shape at once; all but those that come with fan-outs and queues, too.
MANY, GROWING = 3, ("fan-outs", "queues", "routes", "keys", "functions")
# Twice as much is two times the calls; a hundred of one function are more than any chance.
_RATIO, _FEW = 2.3, 100
Calls = Counter[tuple[str, str]]


def calls(document: Document) -> Calls:
    """How often each function is called, built in or not, while a template is judged by all policies."""
    found: Calls = Counter()

    def count(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            found[frame.f_code.co_filename, frame.f_code.co_qualname] += 1
        elif event == "c_call":
            found["", argument.__qualname__] += 1

    before = sys.getprofile()
    # What the garbage collector calls is of other tests.
    gc.disable()
    sys.setprofile(count)
    try:
        policies.judge(document, "realtime")
    finally:
        sys.setprofile(before)
        gc.enable()
    return found


def a_statement_for_every_source(document: Document) -> Document:
    """The template with every list of sources as statements of one source each."""
    document = copy.deepcopy(document)
    for raw in document["Resources"].values():
        properties = raw.get("Properties", {})
        policy = properties.get("PolicyDocument", properties.get("AssumeRolePolicyDocument", {}))
        if "Statement" in policy:
            policy["Statement"] = [one for statement in policy["Statement"] for one in _split(statement)]
    return document


def _split(statement: dict[str, Any]) -> list[dict[str, Any]]:
    conditions = statement.get("Condition", {})
    sources = conditions.get("ArnEquals", {}).get("aws:SourceArn")
    if not isinstance(sources, list):
        return [statement]
    return [{**statement, "Condition": {**conditions, "ArnEquals": {"aws:SourceArn": one}}} for one in sources]


def without_marks(document: Document) -> Document:
    """The template without our own metadata, recognized by its names."""
    resources = {name: {**raw, "Metadata": {}} for name, raw in document["Resources"].items()}
    return {"Resources": resources}


@pytest.mark.parametrize("variant", [without_marks, a_statement_for_every_source])
def test_twice_as_much_takes_twice_as_many_calls(variant: Any, edited: Edited) -> None:
    def growth(count: int) -> Calls:
        document = edited.document
        for shape in GROWING:
            document = grown(document, SHAPES[shape], 1 + count)
        return calls(variant(document))

    # What is only done once in a process is done.
    policies.judge(variant(edited.document), "realtime")
    none, once, twice = growth(0), growth(MANY), growth(2 * MANY)
    assert (twice.total() - none.total()) / (once.total() - none.total()) < _RATIO
    steeper = {
        name: (once[name] - none[name], count - none[name])
        for name, count in twice.items()
        if count - once[name] > _FEW and count - none[name] > _RATIO * (once[name] - none[name])
    }
    assert not steeper


def asking(edited: Edited, matchers: list[Any]) -> Document:
    """The template whose rule for the night asks this of the hour, a whole number."""
    edited.rule("night-time")["EventPattern"]["detail"] = {"localHour": matchers}
    return edited.document


@pytest.mark.parametrize(
    "matchers",
    [
        lambda number: [{"numeric": [">=", 0, "<=", number]}],
        lambda number: [{"anything-but": [0, number]}],
        lambda number: [-number, number],
        lambda number: [0.5, float(min(number, 10**300))],
    ],
)
def test_a_number_takes_as_many_calls_whatever_it_is(matchers: Any, edited: Edited) -> None:
    calls(asking(edited, matchers(7)))
    # A finding shows a longer number shortened.
    for several in ((7, 100), (600, 3000)):
        assert len({calls(asking(edited, matchers(10**digits))).total() for digits in several}) == 1


@pytest.mark.parametrize("number", [10**400, -(10**400), float("inf"), 1e308])
def test_a_number_that_is_none_to_aws_fails_the_control(number: float, edited: Edited) -> None:
    edited.rule("night-time")["EventPattern"]["detail"] = {"localHour": [0, number]}
    edited.all("AWS::SQS::Queue")[0]["MessageRetentionPeriod"] = number
    found = edited.findings("RT_RULE_FIVE", "RT_DLQ_REDRIVE", "RT_ALARM_DLQ")
    assert ("EventPattern.detail.localHour") in [path for _, path in found]
    assert "" not in [path for _, path in found]


def test_names_that_double_each_other_end(edited: Edited) -> None:
    queues = [name for name, raw in edited.resources.items() if raw["Type"] == "AWS::SQS::Queue"]
    extra = {f"Doubled{number}": copy.deepcopy(edited.resources[queues[0]]) for number in range(40)}
    edited.resources.update(extra)
    for number in range(1, 40):
        before = f"${{Doubled{number - 1}.QueueName}}"
        edited.resources[f"Doubled{number}"]["Properties"]["QueueName"] = {"Fn::Sub": before * 2}
    assert ("Doubled39", "QueueName") in edited.findings("RT_ENV_SEPARATION")


def test_braces_without_an_end_are_looked_through_once(edited: Edited) -> None:
    edited.find("AWS::CloudWatch::Alarm")["AlarmDescription"] = {"Fn::Sub": "${" * 100_000 + "runbook" * 100_000}
    assert edited.findings("RT_ENV_SEPARATION") == []
