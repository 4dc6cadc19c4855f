"""One emulator for all integration tests; it ends with them, and leaves a record of what roles were used for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hallmark.iam import usage
from hallmark.revision import revision
from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator, emulator

PIPELINE = Path(__file__).parent / "realtime"
recording = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many bodies are drawn for the API, and which."""
    parser.addoption("--requests", type=int, default=500, help="how many drawn bodies the API gets (default 500)")
    parser.addoption("--seed", default="0", help="a number draws the same bodies again, `random` others (default 0)")


@pytest.fixture(scope="session")
def running_emulator(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    record = pytestconfig.stash[recording] = usage.begin(revision(), ACCOUNT, "dev")
    with emulator({"HALLMARK_IAM_RECORD": str(record)}) as started:
        yield started


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A record counts when all tests of the pipeline were chosen, and passed."""
    chosen = {item.path for item in session.items}
    everything = set(PIPELINE.rglob("test_*.py")) <= chosen and not any("::" in name for name in session.config.args)
    everything &= not session.config.getoption("keyword") and not session.config.getoption("markexpr")
    if record := session.config.stash.get(recording, None):
        usage.end(record, complete=everything and exitstatus == 0)
