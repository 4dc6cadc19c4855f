"""A gate of systems judges each, writes each its evidence, and ends with the worst of them."""

from pathlib import Path

import pytest

from hallmark.evidence import Evidence, expected, read, recorder
from hallmark.evidence.expected import Asked
from hallmark.evidence.recorder import Recorder
from hallmark.gates.running.command import run_gate
from hallmark.gates.running.systems import each_system, system_argument
from infra.errors import UserError
from infra.systems import SYSTEM_VARIABLE, SYSTEMS, System

NAMES = ("good", "bad", "broken", "other")


@pytest.fixture(autouse=True)
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four systems, of which the last asks for no proof, and a folder for their evidence."""
    asked = {name: [Asked("X_A", "load")] for name in NAMES[:3]} | {"other": []}
    monkeypatch.setattr(expected, "SYSTEMS", tuple(System(name, "X", "eu-central-1", "") for name in NAMES))
    monkeypatch.setattr(expected, "asked_of", asked.__getitem__)
    monkeypatch.setattr(recorder, "EVIDENCE", tmp_path)
    monkeypatch.setattr(recorder, "revision", lambda: "now")
    monkeypatch.setattr(recorder, "lack", lambda evidence: "")
    monkeypatch.delenv(SYSTEM_VARIABLE, raising=False)
    return tmp_path


def judge(system: System, record: Recorder) -> None:
    record.detail = system.name
    if system.name == "bad":
        record.fail()
    if system.name == "broken":
        raise UserError("the stage is not up")


def of(folder: Path, gate: str = "load") -> dict[str, Evidence]:
    return {path.parent.name: read(path) for path in folder.glob(f"*/{gate}.json")}


def test_one_systems_red_does_not_hide_anothers_green(evidence: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert each_system("load", judge) == 2
    outcomes = {name: (item.system, item.outcome) for name, item in of(evidence).items()}
    assert outcomes == {"good": ("good", "passed"), "bad": ("bad", "failed"), "broken": ("broken", "failed")}
    printed = capsys.readouterr()
    assert printed.out == "load: no control of other requires it\n"
    assert printed.err == "hallmark: the stage is not up\n"


def test_a_system_that_is_named_and_has_nothing_to_judge_is_no_success(
    evidence: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(expected, "system_of", lambda name: System(name, "X", "eu-central-1", ""))
    assert each_system("load", judge, "other") == 2
    assert capsys.readouterr().err == "hallmark: no control of other requires the gate load: it would judge nothing\n"
    assert of(evidence) == {}


@pytest.mark.parametrize(("name", "code"), [("good", 0), ("bad", 1), ("broken", 2)])
def test_one_system_by_the_environment(evidence: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    monkeypatch.setattr(expected, "system_of", lambda name: System(name, "X", "eu-central-1", ""))
    monkeypatch.setenv(SYSTEM_VARIABLE, name)
    assert each_system("load", judge) == code
    assert list(of(evidence)) == [name]


def test_a_gate_that_goes_with_another_is_called_for_with_it(evidence: Path) -> None:
    assert each_system("burst", judge, goes_with="load") == 2
    assert sorted(of(evidence, "burst")) == ["bad", "broken", "good"]


def test_commands_find_the_system_in_their_environment(evidence: Path) -> None:
    seen = f'echo $HALLMARK_SYSTEM >> {evidence}/seen; test "$HALLMARK_SYSTEM" = good'
    assert run_gate("transactions", ["sh", "-c", seen]) == 1
    assert (evidence / "seen").read_text().split() == ["good", "bad", "broken"]
    outcomes = {name: item.outcome for name, item in of(evidence, "transactions").items()}
    assert outcomes == {"good": "passed", "bad": "failed", "broken": "failed"}


def test_the_command_line_of_a_gate_names_one_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    assert system_argument("policies", "about", []) is None
    assert system_argument("policies", "about", ["--system", SYSTEMS[0].name]) == SYSTEMS[0].name
    with pytest.raises(SystemExit):
        system_argument("policies", "about", ["--system", "nobody"])
    assert "invalid choice: 'nobody'" in capsys.readouterr().err


def test_a_system_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SYSTEM_VARIABLE, "nonsense")
    assert each_system("load", judge) == 2
    assert capsys.readouterr().err.startswith("hallmark: there is no system 'nonsense': use ")
