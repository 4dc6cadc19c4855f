"""`hallmark gate`: commands of one system among those of all."""

import sys

import pytest
from typer.testing import CliRunner

from hallmark.cli import app
from infra.systems import NAMES, SYSTEM_VARIABLE


@pytest.mark.parametrize("chosen", [NAMES[1], ""])
def test_a_gate_of_another_system_than_the_chosen_one_runs_nothing(
    monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    monkeypatch.setenv(SYSTEM_VARIABLE, chosen)
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr("hallmark.gates.running.command.run_gate", lambda *words: ran.append(words) or 0)
    words = [sys.executable, "-c", "pass"]
    for system in NAMES:
        CliRunner().invoke(app, ["gate", "transactions", "--if-chosen", "--system", system, "--", *words])
    assert [words[2] for words in ran] == ([chosen] if chosen else [*NAMES])
