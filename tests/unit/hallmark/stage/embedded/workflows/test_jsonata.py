"""Expressions in JSONata: what they give, and what is no JSON or nothing at all."""

import math
from typing import Any

import pytest

from hallmark.stage.embedded.workflows.failures import Failed
from hallmark.stage.embedded.workflows.jsonata_query import computed, expression, problems
from hallmark.stage.embedded.workflows.jsonata_states import STATES

CONTEXT = {"Execution": {"Id": "arn"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$states.input.a", 1),
        ("$states.input.none", None),
        ("$type($states.input.none)", "null"),
        ("$states.context.Execution.Id", "arn"),
        ("$states.input.many.n", [1, 2]),
        ("$contains('a1', /[0-9]/)", True),
        ("$parse('[1]')", [1]),
        ("$hash('a', 'SHA-256')[0] & ''", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("$length($uuid())", 36),
        ("$partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
        ("$range(0, 10, 2)", [0, 2, 4, 6, 8, 10]),
        ("$range(10, 0, -4)", [10, 6, 2]),
        ("$random(7) = $random(7)", True),
        ("( $x := 2; $x * 2 ) /* with a comment */", 4),
    ],
)
def test_an_expression(text: str, value: Any) -> None:
    data = {"a": 1, "none": None, "many": [{"n": 1}, {"n": 2}]}
    assert computed({"of": [f"{{% {text} %}}"]}, data, CONTEXT) == {"of": [value]}


def test_what_is_no_expression_stays() -> None:
    template = {"a": "$.b", "c": [1, None, "{% open", "%}"], "d": {}}
    assert computed(template, {"b": 1}, CONTEXT) == template
    assert expression(5) is None


@pytest.mark.parametrize(
    "text",
    [
        *("$states.input.b", "$nothing", "1 + 'a'", "$sum", "function($x) { $x }", "$parse('{')"),
        *("$eval('1')", "$hash('a', 'CRC')", "$range(1, 5000, 1)", "$partition([1], 0)"),
    ],
)
def test_what_cannot_be_evaluated_is_an_error(text: str) -> None:
    with pytest.raises(Failed) as failed:
        computed(f"{{% {text} %}}", {"a": math.pi}, CONTEXT)
    assert failed.value.error == "States.QueryEvaluationError"


def test_an_expression_that_cannot_be_read_is_named() -> None:
    (found,) = problems({"a": ["{% 1 + %}", "{% 1 %}", "1 +"]})
    assert found.startswith("The expression '1 +' cannot be read")


def test_the_output_of_a_choice_is_that_of_the_rule_that_holds() -> None:
    rules = [{"Condition": f"{{% $states.input.n = {n} %}}", "Output": n, "Next": f"N{n}"} for n in (1, 2)]
    state = {"Type": "Choice", "Choices": rules, "Default": "None", "Output": "none"}
    found = [STATES["Choice"](state, {"n": n}, CONTEXT)[:2] for n in (1, 2, 3)]
    assert found == [(1, "N1"), (2, "N2"), ("none", "None")]


def test_a_wait_in_seconds_and_until_a_time() -> None:
    state = {"Type": "Wait", "Next": "N"}
    assert STATES["Wait"]({**state, "Seconds": "{% $states.input.s %}"}, {"s": 3}, CONTEXT) == ({"s": 3}, "N", 3.0)
    assert STATES["Wait"]({**state, "Timestamp": "2020-01-01T00:00:00Z"}, {}, CONTEXT)[2] == 0.0
    with pytest.raises(Failed):
        STATES["Wait"]({**state, "Seconds": "{% 'a' %}"}, {}, CONTEXT)


@pytest.mark.parametrize(
    ("kind", "state"), [("Fail", {"Error": "{% 1 %}"}), ("Choice", {"Choices": [{"Condition": 1}]})]
)
def test_a_value_of_another_type_is_an_error(kind: str, state: dict[str, Any]) -> None:
    with pytest.raises(Failed):
        STATES[kind]({"Type": kind, **state}, {}, CONTEXT)
