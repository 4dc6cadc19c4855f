"""The gate load's command line: an unknown scenario is one line without evidence, and a scenario is no gate's name."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from hallmark.evidence import Evidence
from hallmark.gates import load
from infra.systems import NAMES, SYSTEMS, System


@pytest.fixture(autouse=True)
def gates(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The gates that would run, with their systems."""
    ran: list[tuple[str, str]] = []

    def run(gate: str, body: object, system: str, goes_with: str, folder: Path | None, fits: object) -> int:
        ran.append((gate, system))
        return 1

    monkeypatch.delenv("HALLMARK_SYSTEM", raising=False)
    monkeypatch.setattr(load, "each_system", run)
    # Whatever the catalogues ask for: here one system requires the gate.
    judged = load.expected.judged
    only = [one for one in judged("load", None) if one.name == "realtime"]
    monkeypatch.setattr(
        load.expected, "judged", lambda gate, system: [one for one in judged(gate, system) if one in only]
    )
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


@pytest.mark.parametrize(("seconds", "counts"), [("3", False), ("30", True)])
def test_a_short_run_leaves_no_evidence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], seconds: str, counts: bool
) -> None:
    folders: list[Path | None] = []

    def run(gate: str, body: object, system: str, goes_with: str, folder: Path | None, fits: object) -> int:
        folders.append(folder)
        return 0

    monkeypatch.setattr(load, "each_system", run)
    assert load.main(["steady", "--seconds", seconds]) == 0
    assert [folder is None for folder in folders] == [counts]
    assert ("so the evidence is unchanged" in capsys.readouterr().out) is not counts


def test_a_system_that_is_named_and_has_no_objectives_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert load.main(["steady", "--system", "merchant_upload"]) == 2
    assert "no control of merchant_upload requires the gate load" in capsys.readouterr().err


def test_a_scenario_of_one_system_runs_for_it_alone_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], gates: list[tuple[str, str]]
) -> None:
    both = [one for one in SYSTEMS if one.name in ("realtime", "merchant_upload")]

    def judged(_: str, named: str | None) -> list[System]:
        return [one for one in both if named in (None, one.name)]

    monkeypatch.setattr(load.expected, "judged", judged)
    assert load.main(["burst"]) == 1
    assert gates == [("burst", "realtime")]
    assert "burst: merchant_upload has no such scenario" in capsys.readouterr().out
    assert load.main(["burst", "--system", "merchant_upload"]) == 2
    assert "no scenario 'burst' in load/scenarios/merchant_upload: use one of" in capsys.readouterr().err
    assert len(gates) == 1


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("--seconds 30", True),
        ("--seconds 31", False),
        ("", False),
        ("--seconds 30 --processes 2", False),
        ("--seconds 30 --stage prod", False),
    ],
)
def test_a_run_is_kept_for_one_that_is_no_longer_on_the_same_stage(words: str, fits: bool) -> None:
    outcome = SimpleNamespace(
        system="realtime", scenario="steady", seconds=30.0, target="embedded", stage="dev", generators=1
    )
    options = load._arguments(["steady", *words.split()])
    assert load.same_run(options, cast(Evidence, SimpleNamespace(load=outcome))) is fits
    assert not load.same_run(options, cast(Evidence, SimpleNamespace(load=None)))


@pytest.mark.parametrize("kept", [False, True])
def test_up_deploys_what_is_not_kept(monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    up: list[tuple[str, str]] = []
    monkeypatch.setattr(load, "bring_up", lambda system, stage: up.append((system.name, stage)))
    monkeypatch.setattr(load.keeping, "kept", lambda gate, system, fits: kept)
    load.main(["steady", "--up"])
    assert up == ([] if kept else [("realtime", "dev")])


def test_up_deploys_nothing_on_aws(capsys: pytest.CaptureFixture[str], gates: list[tuple[str, str]]) -> None:
    assert load.main(["steady", "--up", "--target", "aws"]) == 2
    assert "--up is for the embedded stage" in capsys.readouterr().err
    assert gates == []
