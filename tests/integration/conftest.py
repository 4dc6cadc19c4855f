"""One emulator for all integration tests; it ends with them, and leaves a record of what roles were used for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hallmark.iam import usage
from hallmark.revision import revision
from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator, emulator

PIPELINE = Path(__file__).parent / "realtime"
DRAFT = "HALLMARK_IAM_DRAFT"
recording = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many bodies are drawn for the API, and which."""
    parser.addoption("--requests", type=int, default=500, help="how many drawn bodies the API gets (default 500)")
    parser.addoption("--seed", default="0", help="a number draws the same bodies again, `random` others (default 0)")


def pytest_configure(config: pytest.Config) -> None:
    """Begin one record for all processes that the tests run in."""
    if not hasattr(config, "workerinput"):
        config.stash[recording] = usage.begin(revision(), ACCOUNT, "dev")
        os.environ[DRAFT] = str(config.stash[recording])


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    with emulator({"HALLMARK_IAM_RECORD": os.environ[DRAFT]}) as started:
        yield started


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A record counts when all tests of the pipeline were chosen, and passed."""
    config = session.config
    whole = any(PIPELINE.is_relative_to(config.invocation_params.dir / argument) for argument in config.args)
    whole &= not config.getoption("keyword") and not config.getoption("markexpr")
    if draft := config.stash.get(recording, None):
        usage.end(draft, complete=whole and exitstatus == 0)
