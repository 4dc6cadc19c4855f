"""Event patterns: matching ways to write a condition beside near misses."""

from typing import Any

import pytest

from policies.engine.events.patterns import condition

ALIKE = [
    ([{"numeric": [">=", 5]}], [{"numeric": [">", 4]}], True),
    ([{"numeric": [">=", 0, "<=", 5]}], [5, 4, 3, 2, 1, 0], True),
    ([{"numeric": [">=", -1, "<=", 1]}], [1, 0.0, -1, 1], True),
    ([{"numeric": ["=", 1e300]}], [1e300], True),
    ([{"anything-but": ["a"]}], [{"anything-but": "a"}], False),
    (["a", "b"], ["b", "a"], False),
]
DIFFERENT = [
    ([{"numeric": [">=", 5]}], [{"numeric": [">", 4]}], False),
    ([{"numeric": [">=", 0, "<=", 5]}], [{"numeric": [">=", 0, "<", 5]}], True),
    ([{"numeric": [">=", 0, "<=", 5]}], [0, 1, 2, 3, 5], True),
    ([{"numeric": [">=", 0, "<=", 10**300]}], [0, 10**300], True),
    ([{"numeric": [">=", 0, "<=", 1]}], [0, 0.5, 1], True),
    ([True], ["true"], False),
    ([True], [1], False),
    ([{"anything-but": ["a"]}], ["a"], False),
]
NOT_UNDERSTOOD: list[Any] = [
    None,
    [],
    "a",
    [{"numeric": [">="]}],
    [{"numeric": ["~", 1]}],
    [{"numeric": [">=", "1"]}],
    [{"exists": True}],
    [{"anything-but": {"prefix": "a"}}],
    ["a", {"prefix": "b"}],
]


@pytest.mark.parametrize(("one", "other", "whole"), ALIKE)
def test_alike(one: Any, other: Any, whole: bool) -> None:
    assert condition(one, whole) == condition(other, whole) is not None


@pytest.mark.parametrize(("one", "other", "whole"), DIFFERENT)
def test_different(one: Any, other: Any, whole: bool) -> None:
    assert condition(one, whole) != condition(other, whole)


@pytest.mark.parametrize("matchers", NOT_UNDERSTOOD)
def test_what_is_not_understood_equals_nothing(matchers: Any) -> None:
    assert condition(matchers, True) is None
