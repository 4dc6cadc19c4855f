"""What the tests of policies share."""

import pytest

from tests.unit.policies.edited import Edited


@pytest.fixture
def edited() -> Edited:
    """The template of dev, to be edited; both stages are judged as they are, and with every mutant."""
    return Edited("dev")
