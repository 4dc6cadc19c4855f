"""Every command of every runbook runs, in the shell that the runbooks' README makes."""

from pathlib import Path

import pytest

from hallmark.stage import Stage
from tests.support.command import Command
from tests.support.runbooks import Runbooks

RUNBOOKS = Runbooks("screening")
# What is reserved already, so that the stage stays as it is.
CHOSEN = {"RESERVED": "100"}
BY_PAGE = pytest.mark.parametrize("page", RUNBOOKS.pages, ids=lambda page: page.stem)


@pytest.mark.control("SC_ALARMS")
@BY_PAGE
def test_every_command_of_a_page_runs(stage: Stage, hallmark: Command, tmp_path: Path, page: Path) -> None:
    RUNBOOKS.run(page, hallmark, tmp_path, {**CHOSEN, "STAGE": stage.name})


@BY_PAGE
def test_a_page_has_no_command_outside_its_blocks(page: Path) -> None:
    assert RUNBOOKS.commands_outside_blocks(page) == []
