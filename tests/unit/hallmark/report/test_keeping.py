"""A report shows which evidence was kept, and makes gates whose evidence it refuses run again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hallmark.evidence import Evidence, marks, record, write
from hallmark.report import html, json_report, keeping, markdown
from hallmark.report.join import Facts, join
from hallmark.waivers import Waivers

INPUTS = {"trunk": "1" * 64, "realtime": "2" * 64}


@pytest.fixture
def made(evidence: Callable[..., Evidence], tmp_path: Path) -> Evidence:
    """Evidence of a gate that has just run."""
    item = replace(evidence(), system="realtime", inputs=INPUTS, detail="of two stages")
    write(item, tmp_path)
    marks.mark(item, tmp_path)
    return item


def test_evidence_that_was_just_made_says_nothing_of_keeping(made: Evidence, tmp_path: Path) -> None:
    assert keeping.said_of(made, tmp_path) == made


def test_kept_evidence_says_so_in_every_form(made: Evidence, facts: Facts, tmp_path: Path) -> None:
    marks.keep(made, tmp_path)
    seen = keeping.said_of(made, tmp_path)
    said = "unchanged since 2026-11-21T11:59:00Z (inputs realtime 222222222222, trunk 111111111111)"
    assert seen.detail.startswith("of two stages; kept 20") and seen.detail.endswith(said)
    report = join(facts, [], [seen], Waivers())
    assert said in markdown.render(report)
    assert said in html.render(report)
    assert report.gates[0].detail == seen.detail
    assert json_report.render(report).count(said) == 1


@pytest.mark.parametrize("about", [None, "realtime"])
def test_refused_evidence_is_not_kept(made: Evidence, tmp_path: Path, about: str | None) -> None:
    item = replace(made, system=about)
    write(item, tmp_path)
    marks.mark(item, tmp_path)
    keeping.run_again(["others"], "realtime", tmp_path)
    assert record.mark_of(made.gate, about, tmp_path).exists()
    keeping.run_again([made.gate], "realtime", tmp_path)
    assert not record.mark_of(made.gate, about, tmp_path).exists()
