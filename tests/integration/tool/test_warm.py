"""A command in a forked process says and does what it does in one that was started."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Command
from tests.support.templates import ROOT
from tests.support.warm.programs import COLUMNS, MODULES, command

STARTED = [sys.executable, "-m", MODULES["hallmark"]]
# Parts of the tool that only the emulator's process and gates import.
ELSEWHERE = ("stage/embedded/extensions", "stage/embedded/workflows", "stage/embedded/runtime", "gates", "load")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return Command("realtime", {}, tmp_path).environment()


@pytest.mark.parametrize("words", ["--help", "systems", "status", "policy --help", "no-such-command", "send --rate x"])
def test_a_command_says_the_same(environment: dict[str, str], tmp_path: Path, words: str) -> None:
    def said(program: list[str]) -> tuple[int, str, str]:
        done = subprocess.run([*program, *words.split()], env=environment, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    assert command("hallmark", environment) != STARTED
    assert said(command("hallmark", environment)) == said(STARTED)


def test_a_command_finds_its_own_stage_and_leaves_nothing_to_the_next(
    environment: dict[str, str], tmp_path: Path
) -> None:
    damaged = tmp_path / "stage.json"
    damaged.write_text("{")
    for file, found in ((damaged, "is damaged"), (tmp_path / "none.json", "no embedded stage is running")):
        own = environment | {"HALLMARK_STAGE_FILE": str(file)}
        words = [*command("hallmark", own), "status"]
        done = subprocess.run(words, env=own, cwd=tmp_path, capture_output=True, text=True)
        assert found in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["COLUMNS", "PYTHONWARNINGS", "LANG"])
def test_what_is_read_at_the_start_needs_a_start(environment: dict[str, str], name: str) -> None:
    assert command("hallmark", environment | {name: "60"}) == STARTED
    assert environment["COLUMNS"] == COLUMNS


def test_nothing_else_reads_its_environment_while_it_is_imported() -> None:
    package = ROOT / "hallmark"
    files = [file for file in package.rglob("*.py") if not file.relative_to(package).as_posix().startswith(ELSEWHERE)]
    assert len(files) > 100
    reading = {file.relative_to(package).as_posix() for file in files if any(_reads(file))}
    assert reading == {"stage/embedded/emulator.py"}, "what commands read in functions, a forked process reads, too"


def _reads(file: Path) -> Iterator[bool]:
    """Whether statements of a module that run at its import name the environment."""
    waiting: list[ast.AST] = list(ast.parse(file.read_text(encoding="utf-8")).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv"):
            yield True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def test_streams_are_the_callers(environment: dict[str, str], tmp_path: Path) -> None:
    program = " ".join(command("hallmark", environment))
    subprocess.run(["bash", "-c", f"{program} systems >{tmp_path}/out"], env=environment, check=True)
    assert "realtime" in (tmp_path / "out").read_text()
