"""Every command of every runbook runs, in the shell that the runbooks' README makes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hallmark.stage import Stage
from tests.support.command import Command
from tests.support.runbooks import Runbooks

RUNBOOKS = Runbooks("realtime")
# What the pages let their reader choose, so that the stage stays as it is.
CHOSEN = {"WARM": "1", "LOST": "1m"}
BY_PAGE = pytest.mark.parametrize("page", RUNBOOKS.pages, ids=lambda page: page.stem)


def reserved(stage: Stage) -> str:
    """What is reserved for the function that the page on throttles takes for its example."""
    name = f"{stage.system}-ingest_processor-{stage.name}"
    return str(stage.client("lambda").get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"])


@pytest.fixture
def suspected(api: Any, transaction: Callable[..., dict[str, Any]]) -> None:
    """A transaction of just now, for the rule that the pages replay to: without one, nothing would be delivered."""
    api.accept(transaction(cardNotPresent=True, country="BR"))


@pytest.mark.usefixtures("suspected")
@pytest.mark.control("RT_ALARM_DLQ", "RT_ALARM_FN", "RT_ALARM_API")
@BY_PAGE
def test_every_command_of_a_page_runs(stage: Stage, hallmark: Command, tmp_path: Path, page: Path) -> None:
    RUNBOOKS.run(page, hallmark, tmp_path, {**CHOSEN, "STAGE": stage.name, "RESERVED": reserved(stage)})


@BY_PAGE
def test_a_page_has_no_command_outside_its_blocks(page: Path) -> None:
    assert RUNBOOKS.commands_outside_blocks(page) == []
