"""A stage of its own for the changes by hand, which break it: one deployment, and each change is taken back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hallmark import deploy
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded.emulator import Emulator, emulator
from hallmark.up import deploy_embedded
from infra.systems import system_of
from tests.integration.observe.changes.names import SYSTEM

REGION = system_of(SYSTEM).region

Json = dict[str, Any]


@pytest.fixture(scope="session")
def own_emulator() -> Iterator[Emulator]:
    with emulator() as started:
        deploy.bootstrap(embedded.ACCOUNT, REGION, embedded.environment(started, REGION))
        yield started


@pytest.fixture(scope="session")
def breakable(own_emulator: Emulator) -> Stage:
    """`dev`, deployed for these tests alone, with its rules."""
    return deploy_embedded(own_emulator, SYSTEM, "dev", lambda step: None)


@pytest.fixture(scope="session")
def deployed_template(breakable: Stage) -> Json:
    """The template that the stage was deployed with."""
    answer = breakable.client("cloudformation").get_template(StackName=f"hallmark-{SYSTEM}-dev")["TemplateBody"]
    template: Json = json.loads(answer) if isinstance(answer, str) else answer
    return template
