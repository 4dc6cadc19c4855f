"""`status` and `down` beside a running emulator: what is not up is one line; the table of `systems` is never cut."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from hallmark.cli import run
from hallmark.commands import common, stage, systems
from infra.errors import UserError
from infra.systems import SYSTEM_VARIABLE, SYSTEMS


@dataclass(frozen=True)
class Fake:
    """A stage that is not deployed, or an emulator that is alive."""

    is_up: bool = False
    is_whole: bool = False
    present: tuple[str, ...] = ()

    def is_alive(self) -> bool:
        return True


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An emulator without a stage."""
    monkeypatch.delenv(SYSTEM_VARIABLE, raising=False)
    monkeypatch.setattr(stage, "BUILD", tmp_path)
    monkeypatch.setattr(stage.emulators, "noted", Fake)
    monkeypatch.setattr(stage.emulators, "running", Fake)
    monkeypatch.setattr(stage.embedded, "stage_of", lambda *_: Fake())
    monkeypatch.setattr(common, "open_stage", lambda *_: Fake())


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("--system merchant_upload", "merchant_upload is not up on stage dev"),
        ("--system realtime --stage prod", "realtime is not up on stage prod"),
        ("--stage prod", "no system is up on stage prod"),
    ],
)
def test_the_status_of_what_is_not_up_is_one_line(capsys: pytest.CaptureFixture[str], words: str, line: str) -> None:
    assert run(["status", *words.split()]) == 1
    assert capsys.readouterr() == (f"{line}\n", "")


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("words", ["--system merchant_upload", "--stage prod"])
def test_down_says_that_nothing_is_running(capsys: pytest.CaptureFixture[str], words: str) -> None:
    assert run(["down", *words.split()]) == 0
    assert capsys.readouterr() == ("nothing is running\n", "")


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("chosen", ["", "merchant_upload"])
def test_down_all_ends_the_emulator_whatever_system_is_chosen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], chosen: str
) -> None:
    ended: list[object] = []
    if chosen:
        monkeypatch.setenv(SYSTEM_VARIABLE, chosen)
    monkeypatch.setattr(stage.emulators, "end", ended.append)
    assert run(["down", "--all"]) == 0
    assert ended == [Fake()]
    assert capsys.readouterr().out == "the embedded stage has ended; its data is removed\n"


@pytest.mark.parametrize("words", ["--stage dev", "--target aws"])
def test_down_all_is_of_the_whole_embedded_stage(words: str) -> None:
    with pytest.raises(UserError, match="leave --target and --stage out"):
        run(["down", "--all", *words.split()])


def test_a_narrow_terminal_cuts_no_name_region_or_command(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = Console(width=60, record=True)
    monkeypatch.setattr(systems, "out", narrow)
    monkeypatch.setattr(systems, "running", lambda: None)
    assert run(["systems"]) == 0
    shown = narrow.export_text()
    for system in SYSTEMS:
        assert f"{system.name} " in shown
        assert f" {system.region} " in shown
    assert "\u2026" not in shown
    assert {"send,", "redrive,", "openapi,", "replay"} <= set(shown.split())


@pytest.mark.parametrize("stage_name", ["dev", "prod"])
def test_up_on_aws_refuses_a_placeholder_before_it_builds(monkeypatch: pytest.MonkeyPatch, stage_name: str) -> None:
    monkeypatch.setattr(stage, "build_all", lambda *_: pytest.fail("built"))
    monkeypatch.delenv("CDK_CONTEXT_JSON", raising=False)
    words = f"up --target aws --system merchant_upload --stage {stage_name}"
    with pytest.raises(UserError, match=r"^parameter merchant_upload\.alertEmail: [^\n]* placeholder, [^\n]*$"):
        run(words.split())


def test_up_on_aws_takes_what_overrides_a_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    def built(*_: object) -> None:
        raise UserError("built")

    monkeypatch.setattr(stage, "build_all", built)
    monkeypatch.setenv("CDK_CONTEXT_JSON", '{"merchant_upload.alertEmail": "compliance@bank.com"}')
    with pytest.raises(UserError, match=r"^built$"):
        run(["up", "--target", "aws", "--system", "merchant_upload"])
