"""One emulator for all integration tests; it ends with them."""

from collections.abc import Iterator

import pytest

from hallmark.stage.embedded.emulator import Emulator, emulator


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    with emulator() as started:
        yield started
