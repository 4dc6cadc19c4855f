"""Every command of every runbook runs, in the shell that the runbooks' README makes."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hallmark.project import ROOT
from hallmark.stage import Stage
from tests.support import aws_cli
from tests.support.command import SECONDS, Command

PAGES = sorted((ROOT / "docs" / "runbooks" / "realtime").glob("*.md"))
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What the pages let their reader choose, so that the stage stays as it is.
CHOSEN = {"WARM": "1", "LOST": "1m"}


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


SHELL = blocks(ROOT / "docs" / "runbooks" / "realtime" / "README.md")[0]


def programs(folder: Path) -> Path:
    """A folder with `aws` and `hallmark`."""
    for name, arguments in (("aws", aws_cli.__file__), ("hallmark", "-m hallmark")):
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n')
        program.chmod(0o755)
    return folder


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
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_page_runs(stage: Stage, hallmark: Command, tmp_path: Path, page: Path) -> None:
    found = [block for block in blocks(page) if block != SHELL]
    assert found
    chosen = {**CHOSEN, "STAGE": stage.name, "RESERVED": reserved(stage)}
    environment = {**hallmark.environment(), **chosen, "PYTHONPATH": str(ROOT)}
    environment["PATH"] = f"{programs(tmp_path)}:{environment['PATH']}"
    script = "\n".join([SHELL, "set -x", *found])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_has_no_command_outside_its_blocks(page: Path) -> None:
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    inline = re.findall(r"`((?:hallmark|aws) [^`]+)`", text)
    assert [command for command in inline if len(command.split()) > 2] == []
