"""The rules of a Choice state."""

from typing import Any

import pytest

from hallmark.stage.embedded.workflows.choices import holds
from hallmark.stage.embedded.workflows.failures import Failed

DATA = {"s": "abc", "n": 5, "b": True, "none": None, "t": "2024-01-02T03:04:05Z", "m": 7, "log": "a*b.csv"}


def _rule(variable: str, **operator: Any) -> dict[str, Any]:
    return {"Variable": f"$.{variable}", "Next": "X", **operator}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (_rule("s", StringEquals="abc"), True),
        (_rule("n", StringEquals="5"), False),
        (_rule("n", NumericLessThanEquals=5), True),
        (_rule("n", NumericGreaterThanPath="$.m"), False),
        (_rule("n", NumericLessThanPath="$.m"), True),
        (_rule("b", NumericEquals=1), False),
        (_rule("b", BooleanEquals=True), True),
        (_rule("t", TimestampLessThan="2024-01-02T04:04:05+00:00"), True),
        (_rule("t", TimestampGreaterThanEquals="2024-01-02T03:04:05Z"), True),
        (_rule("s", StringMatches="a*c"), True),
        (_rule("s", StringMatches="b*"), False),
        (_rule("log", StringMatches="a\\*b*.csv"), True),
        (_rule("s", StringMatches="a\\*c"), False),
        (_rule("missing", IsPresent=False), True),
        (_rule("none", IsPresent=True), True),
        (_rule("none", IsNull=True), True),
        (_rule("s", IsString=False), False),
        (_rule("t", IsTimestamp=True), True),
        (_rule("n", IsNumeric=True), True),
        ({"Not": _rule("n", NumericEquals=5)}, False),
        ({"And": [_rule("missing", IsPresent=True), _rule("missing", StringEquals="a")]}, False),
        ({"Or": [_rule("n", NumericEquals=1), _rule("s", StringLessThan="b")]}, True),
    ],
)
def test_a_rule(rule: dict[str, Any], expected: bool) -> None:
    assert holds(rule, DATA, {}) is expected


def test_a_variable_that_is_missing_fails_the_execution() -> None:
    with pytest.raises(Failed, match=r"States\.Runtime"):
        holds(_rule("missing", StringEquals="a"), DATA, {})
    with pytest.raises(Failed, match="no operator"):
        holds(_rule("s"), DATA, {})
