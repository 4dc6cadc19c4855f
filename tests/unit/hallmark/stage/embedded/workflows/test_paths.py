"""Paths, templates, intrinsic functions and ResultPath."""

from typing import Any

import pytest

from hallmark.stage.embedded.workflows.failures import Failed
from hallmark.stage.embedded.workflows.paths import filled, find, is_present, placed, selected, value_of

DATA = {"a": {"b": [1, {"c": None}], "d-e": "x"}, "list": [{"n": 1}, {"n": 2}], "key": "uploads/bank/2024-01-02/id.csv"}
CONTEXT = {"Execution": {"Id": "arn"}, "Map": {"Item": {"Index": 3, "Value": {"n": 4}}}}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", DATA),
        ("$.a.b[1].c", None),
        ("$['a']['d-e']", "x"),
        ("$.a.d-e", "x"),
        ("$.list[*].n", [1, 2]),
        ("$.list[*].none", []),
        ("$$.Execution.Id", "arn"),
        ("$$.Map.Item.Value.n", 4),
    ],
)
def test_a_path_finds(path: str, value: Any) -> None:
    assert find(path, DATA, CONTEXT) == value and is_present(path, DATA, CONTEXT)


@pytest.mark.parametrize("path", ["$.none", "$.a.b[2]", "$.a.b.c", "$$.None", "$.list[0].n.m"])
def test_a_path_that_finds_nothing_fails(path: str) -> None:
    assert not is_present(path, DATA, CONTEXT)
    with pytest.raises(Failed, match=r"States\.Runtime"):
        find(path, DATA, CONTEXT)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("States.StringSplit($.key, '/')", ["uploads", "bank", "2024-01-02", "id.csv"]),
        ("States.ArrayGetItem(States.StringSplit($.key, './'), 3)", "id"),
        ("States.Format('{}#{}', $.a.b[0], $$.Execution.Id)", "1#arn"),
        ("States.Format('{} and {}', true, null)", "true and null"),
        ("States.JsonToString($.a)", '{"b":[1,{"c":null}],"d-e":"x"}'),
        ("States.StringToJson('[1]')", [1]),
        ("States.MathAdd($.a.b[0], 2)", 3),
        ("States.ArrayLength($.list)", 2),
        ("States.Array($.a.b[0], 'two')", [1, "two"]),
        ("States.JsonMerge($.list[0], $.a, false)", {"n": 1, "b": [1, {"c": None}], "d-e": "x"}),
        ("States.Hash('a', 'SHA-256')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ],
)
def test_an_intrinsic_function(text: str, value: Any) -> None:
    assert value_of(text, DATA, CONTEXT) == value


@pytest.mark.parametrize(
    "text",
    [
        "States.ArrayGetItem($.list, 2)",
        "States.ArrayGetItem($.list, -1)",
        "States.Format('{}')",
        "States.StringToJson('{')",
        "States.Unheard($)",
        "States.Format('{}', $.none)",
    ],
)
def test_an_intrinsic_function_that_fails(text: str) -> None:
    with pytest.raises(Failed, match=r"States\.Runtime"):
        value_of(text, DATA, CONTEXT)


def test_a_template_is_filled_at_every_depth() -> None:
    template = {"x.$": "$.a.b[0]", "y": [{"z.$": "$$.Map.Item.Index"}, "$.a"], "w": {"v.$": "States.Array(1)"}}
    assert filled(template, DATA, CONTEXT) == {"x": 1, "y": [{"z": 3}, "$.a"], "w": {"v": [1]}}


@pytest.mark.parametrize(
    ("path", "data", "result"),
    [
        ("$", {"a": 1}, "r"),
        (None, {"a": 1}, {"a": 1}),
        ("$.b", {"a": 1}, {"a": 1, "b": "r"}),
        ("$.a.b", {"a": 1}, {"a": {"b": "r"}}),
        ("$.a.b", {"a": {"c": 2}}, {"a": {"c": 2, "b": "r"}}),
    ],
)
def test_a_result_is_placed(path: str | None, data: Any, result: Any) -> None:
    before = repr(data)
    assert placed(path, data, "r") == result
    assert repr(data) == before


def test_a_result_has_no_place_in_what_is_no_object() -> None:
    with pytest.raises(Failed, match=r"States\.ResultPathMatchFailure"):
        placed("$.b", [1], "r")
    assert selected(None, DATA, CONTEXT) == {}
