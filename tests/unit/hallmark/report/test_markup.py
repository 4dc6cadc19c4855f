"""Texts from outside stay texts in a comment and in a terminal, and a comment is never too long."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from hallmark.report.markdown import render
from hallmark.report.markup import LONGEST, Section, cell, code, fitted, table
from hallmark.report.model import Report
from hallmark.report.plain import one_line
from hallmark.report.summary import show

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"inline", "text", "code_inline", "table_open", "table_close", "paragraph_open", "paragraph_close"}
PLAIN |= {f"{part}_{end}" for part in ("thead", "tbody", "tr", "th", "td") for end in ("open", "close")}
PIECES = ["<script>", "</details>", "|", "\\", "`", "``", "*b*", "_i_", "~~s~~", "[a](http://x)", "![a](x)", "# h"]
PIECES += ["\n", "- ", "1. ", "> ", "&lt;", "<!--", "---", "@all", "#12", "a", " ", "http://x", "\x1b[31m", "\u202e"]
EVIL = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def parts(text: str) -> list[tuple[str, str]]:
    tokens = PARSER.parse(text)
    return [(one.type, one.content) for token in tokens for one in (token, *(token.children or ()))]


@given(EVIL, EVIL)
def test_a_text_from_outside_stays_in_its_cell(first: str, second: str) -> None:
    lines = f"| a | b |\n| --- | --- |\n| x {cell(first)} | x {code(second)} |"
    found = parts(lines)
    assert {kind for kind, _ in found} <= PLAIN
    assert sum(kind == "td_open" for kind, _ in found) == 2


@given(EVIL)
def test_a_text_from_outside_stays_in_its_line(text: str) -> None:
    kinds = [kind for kind, _ in parts(f"- {cell(text)}")]
    assert set(kinds) <= PLAIN | {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}
    assert kinds.count("list_item_open") == 1


@given(EVIL)
def test_code_shows_what_it_was_given(text: str) -> None:
    shown = "".join(content for kind, content in parts(f"x {code(text)}".replace("\\|", "|")) if kind == "code_inline")
    assert shown.strip() == one_line(text).strip()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("ask @team", "ask @\u200bteam"),
        ("fixes #12", "fixes #\u200b12"),
        ("see http://x", "see http:\\//x"),
        ("tox -e `a|b`", "tox -e `a\\|b`"),
        ("RT_FN_NAME", "RT_FN_NAME"),
    ],
)
def test_nothing_becomes_a_link_or_a_mention(text: str, safe: str) -> None:
    assert cell(text) == safe


def test_a_comment_keeps_its_first_rows_and_every_heading() -> None:
    rows = [(str(number), "ä" * 500) for number in range(400)]
    text = fitted(["# title"], [*table("Failed", ("a", "b"), rows), *table("Passed", ("a", "b"), rows, folded=True)])
    assert len(text.encode()) <= LONGEST
    assert "| 0 |" in text and "more: in report.json." in text
    assert "## Failed (400)" in text and "## Passed (400)" in text
    assert text.count("<details>") == text.count("</details>") == 1


def test_a_section_that_fits_is_whole() -> None:
    assert list(Section("T", ("head",), ("row",)).lines(1000)) == ["", "## T", "", "head", "row"]


def test_what_failed_stands_before_what_is_folded(everything: Report) -> None:
    text = render(everything)
    assert text.index("## Failed") < text.index("<details>")
    assert text.index("## Unproven") < text.index("<details>") < text.index("## Proved on the emulator")
    assert text.count("<details>") == text.count("</details>")


def test_a_report_of_very_many_problems_fits_a_comment(everything: Report) -> None:
    run = replace(everything.run, problems=tuple(f"problem {number} {'x' * 5000}" for number in range(500)))
    text = render(replace(everything, run=run))
    assert len(text.encode()) <= 65_536
    assert "more problems: in report.json" in text and "## Failed (1)" in text


def test_a_terminals_commands_are_no_text() -> None:
    assert one_line("a\x1b[2Jb\r\nc\u202ed\x00") == "a [2Jb c d"


def test_a_pipe_gets_long_lines_whole_and_no_colour(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    line = f"  RT_A failed: [bold]{'word ' * 60}{'x' * 200} :smile: end"
    show([line])
    assert capsys.readouterr().out == f"{line}\n"
