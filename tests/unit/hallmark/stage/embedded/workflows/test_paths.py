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
        ("States.Array()", []),
        ("States.ArrayPartition(States.ArrayRange(1, 9, 1), 4)", [[1, 2, 3, 4], [5, 6, 7, 8], [9]]),
        ("States.ArrayPartition(States.Array(1, 2, 3), 1.6)", [[1, 2], [3]]),
        ("States.ArrayRange(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("States.ArrayRange(9, 1, -2)", [9, 7, 5, 3, 1]),
        ("States.ArrayContains(States.Array(1, 2, 'a'), 'a')", True),
        ("States.ArrayContains(States.Array(1, 2), true)", False),
        ("States.ArrayUnique(States.Array(1, 2, 3, 3, true, 4))", [1, 2, 3, True, 4]),
        ("States.Base64Encode('Data to encode')", "RGF0YSB0byBlbmNvZGU="),
        ("States.Base64Decode('RGVjb2RlZCBkYXRh')", "Decoded data"),
        ("States.MathAdd(111, -1)", 110),
        ("States.MathAdd(1.6, 2)", 4),
        ("States.MathRandom(7, 7)", 7),
        ("States.StringSplit('This.is+a,test=string', '.+,=')", ["This", "is", "a", "test", "string"]),
        ("States.StringSplit('it\\'s', '\\'')", ["it", "s"]),
        ("States.Format('\\{\\} {} \\'{}\\'', $.list[1], 1.5)", "{} {\"n\":2} '1.5'"),
        ("States.Format('{}', $.a['d-e'])", "x"),
        ("States.Hash('a', 'SHA-256')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
    ],
)
def test_an_intrinsic_function(text: str, value: Any) -> None:
    assert value_of(text, DATA, CONTEXT) == value


def test_a_seed_makes_a_random_number_again() -> None:
    text = "States.MathRandom(1, 1000000, 7)"
    assert value_of(text, DATA, CONTEXT) == value_of(text, DATA, CONTEXT)
    assert len(value_of("States.UUID()", DATA, CONTEXT)) == 36


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("States.ArrayGetItem($.list, 2)", "IntrinsicFailure"),
        ("States.ArrayGetItem($.list, -1)", "IntrinsicFailure"),
        ("States.Format('{}')", "IntrinsicFailure"),
        ("States.Format($.a, 1)", "IntrinsicFailure"),
        ("States.StringToJson('{')", "IntrinsicFailure"),
        ("States.StringToJson($.a)", "IntrinsicFailure"),
        ("States.ArrayRange(1, 9, 0)", "IntrinsicFailure"),
        ("States.ArrayRange(1, 2000, 1)", "IntrinsicFailure"),
        ("States.ArrayPartition($.list, 0)", "IntrinsicFailure"),
        ("States.ArrayLength('ab')", "IntrinsicFailure"),
        ("States.MathAdd('1', 2)", "IntrinsicFailure"),
        ("States.JsonMerge($.a, $.a, true)", "IntrinsicFailure"),
        ("States.Hash('a', 'SHA-3')", "IntrinsicFailure"),
        ("States.Base64Decode('/w==')", "IntrinsicFailure"),
        ("States.Unheard($)", "Runtime"),
        ("States.Array(1", "Runtime"),
        ("States.Array(1) and more", "Runtime"),
        ("States.Array(1,)", "Runtime"),
        ("States.UUID(1)", "Runtime"),
        ("States.Array(" * 11 + ")" * 11, "Runtime"),
        ("States.Format('{}', $.none)", "Runtime"),
    ],
)
def test_an_intrinsic_function_that_fails(text: str, error: str) -> None:
    with pytest.raises(Failed, match=rf"States\.{error}"):
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
