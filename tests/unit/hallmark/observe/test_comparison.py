"""Which controls a difference concerns: those with a finding there, or one that ends when it is taken back."""

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from hallmark.observe.comparison import Comparison, compared, judged
from hallmark.observe.mending import Mending
from hallmark.observe.template import marked, with_built_code
from hallmark.synthesized import templates
from tests.unit.hallmark.observe.stages import ACCOUNT, fake_stage

Json = dict[str, Any]
BUCKET_POLICY = "AWS::S3::BucketPolicy"


@cache
def _declared() -> str:
    return templates("realtime", "dev")[0].text


def _compared(change: Callable[[Json], None]) -> Comparison:
    """Compare `dev` with itself after a change of its resources, as if they had been read back."""
    template = json.loads(_declared())
    observed = marked(copy.deepcopy(template), ACCOUNT)
    change(observed["Resources"])
    return compared(template, observed, Mending(fake_stage(), template, observed, template))


def _first(resources: Json, kind: str) -> str:
    return next(name for name, one in resources.items() if one["Type"] == kind)


def _found(comparison: Comparison) -> list[tuple[str, str, list[str]]]:
    return [
        (one.difference.change, one.difference.path, [concern.control for concern in one.concerns])
        for one in comparison.differences
    ]


def test_a_stage_as_declared() -> None:
    same = _compared(lambda resources: None)
    assert (same.differences, same.findings) == ((), {})


def test_a_finding_at_the_difference() -> None:
    def less(resources: Json) -> None:
        resources[_first(resources, "AWS::Lambda::Function")]["Properties"]["MemorySize"] = 128

    comparison = _compared(less)
    assert _found(comparison) == [("changed", "MemorySize", ["RT_FN_MEMORY"])]
    assert comparison.differences[0].concerns[0].fix.startswith("Leave MemorySize")


def test_a_finding_elsewhere_that_ends_when_the_difference_is_taken_back() -> None:
    def deleted(resources: Json) -> None:
        del resources[_first(resources, BUCKET_POLICY)]

    ((change, path, controls),) = _found(_compared(deleted))
    assert (change, path) == ("missing", "") and "RT_BUCKET_TLS" in controls


def test_a_difference_that_is_no_controls_business() -> None:
    def described(resources: Json) -> None:
        resources[_first(resources, "AWS::Lambda::Function")]["Properties"]["Description"] = "by hand"

    assert _found(_compared(described)) == [("changed", "Description", [])]


def test_each_of_two_differences_has_its_own_controls() -> None:
    def both(resources: Json) -> None:
        function = resources[_first(resources, "AWS::Lambda::Function")]["Properties"]
        function |= {"MemorySize": 128, "Description": "by hand"}
        del resources[_first(resources, BUCKET_POLICY)]

    found = {path or change: controls for change, path, controls in _found(_compared(both))}
    assert found["Description"] == [] and found["MemorySize"] == ["RT_FN_MEMORY"]
    assert "RT_FN_MEMORY" not in found["missing"] and "RT_BUCKET_TLS" in found["missing"]


def test_only_controls_that_ask_for_it_judge_a_stage() -> None:
    verdicts = judged(marked(json.loads(_declared()), ACCOUNT), "realtime", "dev")
    assert {"RT_FN_MEMORY", "RT_BUCKET_TLS"} <= {one["id"] for one in verdicts}
    # It asks for the template and for behaviour alone.
    assert "RT_TRACE_EVENTS" not in {one["id"] for one in verdicts}


@pytest.mark.parametrize("name", ["Judge", "JudgeVersion3"])
def test_a_function_and_its_versions_state_what_they_were_built_from(name: str) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "now.zip"}}}
    built = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": "built.zip"}}}
    stated = with_built_code({"Resources": {name: function, "Other": function}}, {"Resources": {"Judge": built}})
    assert stated["Resources"][name]["Metadata"] == {"Hallmark": {"Code": "built.zip"}}
    assert stated["Resources"]["Other"] == function
