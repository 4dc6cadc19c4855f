"""The command writes each form where it belongs, replaces its own files alone, and says what it lacks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hallmark.export import command
from hallmark.export.command import export_command, write
from hallmark.export.oscal import writing
from hallmark.export.resources import Resources
from hallmark.report.model import Report
from infra.systems import NAMES

OSCAL = {"oscal/component-definition.json", "oscal/assessment-results.json"}
PLAIN = {"findings.csv", "asff.json", "asff/001.json"}
FRAMEWORKS = {f"frameworks.{end}" for end in ("csv", "md", "html")}


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def joined(whole: Report, resources_of: Callable[[Report], Resources], monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree's reports are the made one's."""
    templates = resources_of(whole).templates
    monkeypatch.setattr(command, "joined", lambda: (dict.fromkeys(NAMES, whole), templates))
    monkeypatch.setattr(command, "require_current", lambda: None)
    monkeypatch.delenv("HALLMARK_SYSTEM", raising=False)


@pytest.mark.usefixtures("joined")
def test_every_system_has_all_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Also where controls failed.
    assert export_command(folder=tmp_path) == 0
    assert files(tmp_path) == FRAMEWORKS | {f"{name}/{form}" for name in NAMES for form in PLAIN | OSCAL}
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("joined")
def test_without_trestle_one_line_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    export_command("realtime", tmp_path)
    monkeypatch.setattr(writing, "is_possible", lambda: False)
    assert export_command("realtime", tmp_path) == 0
    # Nor do those of an earlier export stay.
    assert files(tmp_path) == FRAMEWORKS | {f"realtime/{form}" for form in PLAIN}
    (line,) = capsys.readouterr().err.splitlines()
    assert 'pip install "hallmark[oscal]"' in line


def test_only_its_own_files_are_replaced(whole: Report, tmp_path: Path) -> None:
    for name in ("realtime/stack.py", "realtime/asff/002.json", "realtime/asff/mine.json", "screening/findings.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("old")
    write({"realtime": whole}, {}, tmp_path)
    assert {"realtime/stack.py", "realtime/asff/mine.json"} <= files(tmp_path)
    assert not {"realtime/asff/002.json", "screening/findings.csv"} & files(tmp_path)


def test_asff_is_an_array_and_requests_of_it(whole: Report, tmp_path: Path) -> None:
    write({"realtime": whole}, {}, tmp_path)
    found = json.loads((tmp_path / "realtime" / "asff.json").read_text(encoding="utf-8"))
    assert json.loads((tmp_path / "realtime" / "asff" / "001.json").read_text(encoding="utf-8")) == {"Findings": found}
