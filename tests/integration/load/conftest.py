"""A deployed stage that other processes find, too: the load generator is one."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from hallmark import deploy
from hallmark.stage import embedded
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded.emulator import Emulator
from hallmark.up import RULES, deploy_embedded


@pytest.fixture(scope="session")
def stage(running_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStage]:
    note = tmp_path_factory.mktemp("stage") / "stage.json"
    note.write_text(json.dumps(asdict(running_emulator)))
    before = os.environ.get("HALLMARK_STAGE_FILE")
    os.environ["HALLMARK_STAGE_FILE"] = str(note)
    deploy.bootstrap(embedded.ACCOUNT, embedded.environment(running_emulator))
    yield deploy_embedded(running_emulator, "dev", lambda step: None, RULES)
    if before is None:
        del os.environ["HALLMARK_STAGE_FILE"]
    else:
        os.environ["HALLMARK_STAGE_FILE"] = before
