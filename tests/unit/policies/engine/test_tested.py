"""Which texts an expression's tests let through."""

import pytest

from policies.engine.workflows.tested import let_through

BAD = ["4111111111111111", "4111-1111-1111-1111", "a b", "-lead"]


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ("$id", BAD),
        ("$contains($id, /^[A-Za-z0-9_-]*$/)", ["4111111111111111", "4111-1111-1111-1111", "-lead"]),
        ("$not($contains($id, /[^A-Za-z0-9_-]/))", ["4111111111111111", "4111-1111-1111-1111", "-lead"]),
        ("$contains($id, /^[a-z0-9]/i) and $not($contains($id, /[0-9]([_-]*[0-9]){12}|[^\\w-]/))", []),
        ("$match($id, /^[a-z][a-z -]*$/)", ["a b"]),
        ("$contains($id, /(/)", BAD),
    ],
)
def test_the_tests_of_an_expression_count_together(expression: str, left: list[str]) -> None:
    assert let_through(expression, BAD) == left
