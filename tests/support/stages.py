"""The stage that a system's tests share."""

from functools import cache

import pytest

from hallmark.evidence.pytest_plugin import target_of_run
from hallmark.stage import Stage, aws
from hallmark.stage.embedded.emulator import Emulator
from hallmark.up import deploy_embedded


def open_or_deploy(request: pytest.FixtureRequest, system: str) -> Stage:
    """Return `dev` of a system, deployed by the CDK CLI; with HALLMARK_TARGET=aws the one that is on AWS."""
    if target_of_run() == "aws":
        return aws.open_stage(system, "dev")
    return _deployed(request.getfixturevalue("running_emulator"), system)


@cache
def _deployed(emulator: Emulator, system: str) -> Stage:
    """Deploy once: several rooms ask for the same stage."""
    return deploy_embedded(emulator, system, "dev", lambda step: None)
