"""Other processes find the deployed stage, too: the load generator is one."""

import json
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from hallmark.stage.embedded.emulator import Emulator


@pytest.fixture(scope="session", autouse=True)
def _noted(running_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    note = tmp_path_factory.mktemp("stage") / "stage.json"
    note.write_text(json.dumps(asdict(running_emulator)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALLMARK_STAGE_FILE", str(note))
        yield
