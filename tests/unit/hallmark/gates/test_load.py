"""The gate load's command line: an unknown scenario is one line without evidence, and a scenario is no gate's name."""

from pathlib import Path

import pytest

from hallmark.gates import load
from infra.systems import NAMES


@pytest.fixture(autouse=True)
def gates(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The gates that would run, with their systems."""
    ran: list[tuple[str, str]] = []

    def run(gate: str, body: object, system: str, goes_with: str, folder: Path | None) -> int:
        ran.append((gate, system))
        return 1

    monkeypatch.delenv("HALLMARK_SYSTEM", raising=False)
    monkeypatch.setattr(load, "each_system", run)
    return ran


def test_an_unknown_scenario_is_one_line_and_runs_nothing(
    capsys: pytest.CaptureFixture[str], gates: list[tuple[str, str]]
) -> None:
    assert load.main(["nonsense"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("hallmark: there is no scenario 'nonsense' in load/scenarios/realtime: use one of ")
    assert gates == []


@pytest.mark.parametrize(("scenario", "gate"), [("steady", "load"), ("smoke", "smoke")])
def test_a_system_without_load_controls_is_named_with_the_gate(
    capsys: pytest.CaptureFixture[str], gates: list[tuple[str, str]], scenario: str, gate: str
) -> None:
    assert load.main([scenario]) == 1
    assert gates == [(gate, "realtime")]
    others = [name for name in NAMES if name != "realtime"]
    assert capsys.readouterr().out.splitlines() == [f"load: no control of {name} requires it" for name in others]
