"""Which system a command means, and the one line for what a system does not offer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hallmark.cli import run
from hallmark.commands import common, send
from hallmark.commands.common import StageName, Target, own_stage, the_stage
from hallmark.sending.sending import Options
from hallmark.systems import wing
from hallmark.systems.wing import Wing, offered
from infra.errors import UserError
from infra.systems import SYSTEM_VARIABLE, System

Up = Callable[..., None]


@dataclass(frozen=True)
class Fake:
    """A stage that is deployed or not."""

    system: str
    is_up: bool


@pytest.fixture
def up(monkeypatch: pytest.MonkeyPatch) -> Iterator[Up]:
    """Let a registry of three systems have these up, on every target."""

    def these(*names: str) -> None:
        monkeypatch.setattr(common, "NAMES", ("realtime", "lending", "upload"))
        monkeypatch.setattr(common, "open_stage", lambda target, name, stage: Fake(name, name in names))

    return these


def _chosen(system: str | None = None) -> Any:
    return the_stage(Target.EMBEDDED, system, StageName.DEV).system


def test_the_only_one_that_is_up_is_meant(up: Up) -> None:
    up("lending")
    assert _chosen() == "lending"


def test_one_that_is_named_is_meant_whatever_is_up(up: Up) -> None:
    up("lending", "upload")
    assert _chosen("realtime") == "realtime"


def test_several_are_named_in_one_line(up: Up) -> None:
    up("lending", "upload")
    with pytest.raises(UserError) as raised:
        _chosen()
    assert (
        str(raised.value) == "several systems are up: name one with --system lending or upload, or set HALLMARK_SYSTEM"
    )


def test_none_is_said_in_one_line(up: Up) -> None:
    up()
    with pytest.raises(UserError) as raised:
        _chosen()
    assert str(raised.value) == "no system is up on stage dev: run `hallmark up --stage dev`"


def test_an_own_command_is_its_systems_alone(up: Up) -> None:
    up("lending")
    assert own_stage("realtime", None, Target.EMBEDDED, StageName.DEV).system == "realtime"
    with pytest.raises(UserError, match=r"^lending has no such command, realtime has: leave --system out$"):
        own_stage("realtime", "lending", Target.EMBEDDED, StageName.DEV)


def test_what_a_system_lacks_is_one_line() -> None:
    with pytest.raises(UserError) as raised:
        offered("lending", Wing().api_id, "no API to export")
    assert str(raised.value) == "lending has no API to export: `hallmark systems` lists what each system offers"


@pytest.mark.parametrize("command", ["openapi", "digest", "send --generate 1", "redrive failure", "load run smoke"])
def test_every_shared_command_says_what_a_system_lacks(monkeypatch: pytest.MonkeyPatch, up: Up, command: str) -> None:
    up("lending")
    monkeypatch.setattr(wing, "system_of", lambda name: System(name, "SC", "us-east-1", ""))
    monkeypatch.setattr(wing, "import_module", lambda _: type("Module", (), {"WING": Wing()}))
    for module in ("openapi", "digest", "send", "redrive", "load"):
        monkeypatch.setattr(f"hallmark.commands.{module}.the_stage", lambda *_: Fake("lending", True))
        if module != "load":
            monkeypatch.setattr(f"hallmark.commands.{module}.wing", lambda _: Wing())
    with pytest.raises(UserError, match=r"^lending has (no|nothing) "):
        run(command.split())


def test_an_option_that_a_system_does_not_take_is_one_line() -> None:
    sending: Any = type("Sending", (), {"takes": frozenset({"files", "generate"})})
    send.refuse_unknown("upload", sending, Options(generate=3))
    with pytest.raises(UserError, match=r"^upload takes no --drain-buffer: it takes FILES, --generate$"):
        send.refuse_unknown("upload", sending, Options(generate=3, drain_buffer=True))


def test_a_ledger_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "none" / "x.json"
    with pytest.raises(UserError) as raised:
        send.opened(file)
    assert str(raised.value) == f"{file} cannot be written (No such file or directory): give --json another path"


def test_policy_of_an_unknown_system_is_one_line() -> None:
    with pytest.raises(UserError, match=r"^there is no system 'lending': use realtime or "):
        run(["policy", "--system", "lending", "any.json"])


@pytest.mark.parametrize("words", ["up", "down", "down --stage dev"])
def test_on_aws_up_and_down_want_a_system(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.delenv(SYSTEM_VARIABLE, raising=False)
    with pytest.raises(UserError, match=r"^on AWS name the system: hallmark (up|down) --target aws --system realtime"):
        run([*words.split(), "--target", "aws"])


@pytest.mark.parametrize("spelling", [["realtime", "replay"], ["replay"]])
def test_an_own_command_is_found_by_both_spellings(capsys: pytest.CaptureFixture[str], spelling: list[str]) -> None:
    assert run([*spelling, "--help"]) == 0
    assert "Usage: hallmark " in capsys.readouterr().out


def test_an_own_command_of_several_systems_wants_one_named() -> None:
    with pytest.raises(UserError, match=r"^several systems have audit: hallmark realtime audit or hallmark merchant_"):
        run(["audit", "some-id"])


def test_the_variable_names_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SYSTEM_VARIABLE, "other")
    with pytest.raises(UserError, match="there is no system 'other'"):
        run(["openapi"])
