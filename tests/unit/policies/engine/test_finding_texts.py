"""A finding's texts have one line each and a bounded length, and show what matters of a long value."""

from typing import Any

import pytest

from policies.engine.finding import Finding, excerpt


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("a  b", "a  b"),
        ("a\n   b\r\nc", "a b c"),
        ("bell\x07 \u202e \ud800", r"bell\x07 \u202e \ud800"),
        (512, "512"),
        ({"a": [1]}, "{'a': [1]}"),
    ],
)
def test_a_value_is_shown_in_one_line(value: Any, shown: str) -> None:
    assert Finding("R", "P", value, "w").found == shown


@pytest.mark.parametrize("text", ["x" * 241, "x\n" * 3_000, "\x07" * 300, "9" * 1_000_000, "y" * 200 + "\x07" * 30])
def test_a_long_value_is_shortened(text: str) -> None:
    one = Finding("R", text, text, text)
    assert len(one.found) <= 240 and len(one.path) <= 300 and len(one.wanted) <= 600
    assert all(shown.isprintable() for shown in (one.found, one.path, one.wanted))
    assert f"({len(text)} characters)" in one.found


def test_an_excerpt_shows_where_the_word_is() -> None:
    text = "\n".join(f'{{"line": {number}}},' for number in range(40)) + '\n{"stage": "prod"}'
    start = text.index("prod")
    assert excerpt(text, start, start + 4).startswith("line 41: ...")
    assert '"stage": "prod"' in excerpt(text, start, start + 4)
    assert excerpt("a-prod", 2, 6) == "a-prod"
    assert excerpt("x" * 500 + "-prod-" + "y" * 500, 501, 505) == f"...{'x' * 59}-prod-{'y' * 59}..."
