"""What tests of screening need: its stage."""

import pytest

from hallmark.stage import Stage
from tests.support.stages import open_or_deploy


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Stage:
    """`dev` of screening."""
    return open_or_deploy(request, "screening")
