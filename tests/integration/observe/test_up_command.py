"""`hallmark up` on a stage that somebody changed says so, and what to do; it ends with 1 until nothing differs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hallmark.stage import Stage, embedded
from hallmark.stage.embedded.emulator import Emulator
from infra.systems import system_of
from tests.integration.observe.changes.names import NOTIFIER
from tests.integration.observe.conftest import SYSTEM
from tests.integration.observe.test_built_code import _foreign_code
from tests.support.command import Command

pytestmark = pytest.mark.embedded


@pytest.fixture
def command(own_emulator: Emulator, breakable: Stage, tmp_path: Path) -> Command:
    """The command for the stage that these tests may break."""
    return Command(SYSTEM, embedded.environment(own_emulator, system_of(SYSTEM).region), tmp_path)


@pytest.fixture
def less_memory(breakable: Stage) -> Iterator[None]:
    awslambda = breakable.client("lambda")
    awslambda.update_function_configuration(FunctionName=NOTIFIER, MemorySize=256)
    yield
    awslambda.update_function_configuration(FunctionName=NOTIFIER, MemorySize=512)


def test_up_on_a_changed_stage(breakable: Stage, less_memory: None, command: Command) -> None:
    _foreign_code(breakable)
    refused = command("up", "--target", "aws")
    assert refused.returncode == 1
    assert f"realtime dev: the code of {NOTIFIER} is not the one that was built" in refused.stderr
    assert "`hallmark up --system realtime --target aws --stage dev --repair`" in refused.stderr

    repaired = command("up", "--target", "aws", "--repair")
    assert repaired.returncode == 1, repaired.stderr
    assert f"put the built code of {NOTIFIER} back" in repaired.stderr
    lines = [line.strip() for line in repaired.stdout.splitlines()]
    place = lines.index("realtime dev is not as its templates say:")
    assert lines[place + 2 : place + 5] == ["MemorySize", "declared  512", "observed  256"]
    assert any(line.startswith("RT_FN_MEMORY: ") for line in lines)
    assert any(f"update-function-configuration --function-name {NOTIFIER} --memory-size 512" in line for line in lines)
    assert lines[-1] == "1 difference in 1 resource"
