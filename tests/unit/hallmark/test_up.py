"""Several systems come up on one emulator, each in its own region, and nothing stays that was started for nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark import up
from hallmark.stage.embedded.emulator import Emulator
from hallmark.systems.wing import Step, Wing
from infra.errors import UserError
from infra.systems import System

EMULATOR = Emulator("http://127.0.0.1:1", 1, 0.0, "none")
SYSTEMS = {
    one.name: one
    for one in (
        System("realtime", "RT", "eu-central-1", ""),
        System("upload", "UP", "us-east-1", ""),
        System("lending", "LE", "us-east-1", ""),
    )
}


@dataclass
class World:
    """What was done, in order; regions that are bootstrapped, and the system whose deployment fails, if one does."""

    bootstrapped: set[str]
    done: list[str] = field(default_factory=list)
    failing: str = ""

    def bootstrap(self, account: str, region: str, settings: Mapping[str, str]) -> None:
        assert settings["AWS_REGION"] == settings["AWS_DEFAULT_REGION"] == region
        self.bootstrapped.add(region)
        self.done.append(f"bootstrap {region}")

    def deploy(self, system: str, stage: str, settings: Mapping[str, str], stacks: tuple[str, ...] = ()) -> None:
        if system == self.failing:
            raise UserError("it does not deploy")
        self.done.append(f"deploy {' '.join(stacks) or f'{system} {stage}'} in {settings['AWS_REGION']}")


@dataclass(frozen=True)
class Stage:
    """A stage whose region has been bootstrapped or not."""

    system: str
    name: str
    world: World
    half_deleted: tuple[str, ...] = ()
    up_command: str = "hallmark up --stage dev"

    def client(self, service: str) -> Any:
        assert service == "cloudformation"
        return self

    def describe_stacks(self, StackName: str) -> Any:
        if SYSTEMS[self.system].region not in self.world.bootstrapped:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        return {"Stacks": [{"StackName": StackName}]}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """No emulator runs; one can be started."""
    made = World(set())
    steps = (Step("publish", lambda stage: made.done.append(f"publish for {stage.system}")),)
    monkeypatch.setattr(up, "system_of", SYSTEMS.__getitem__)
    monkeypatch.setattr(up, "wing", lambda name: Wing(after_deploy=steps if name == "realtime" else ()))
    monkeypatch.setattr(up.deploy, "bootstrap", made.bootstrap)
    monkeypatch.setattr(up.deploy, "deploy", made.deploy)
    monkeypatch.setattr(up.embedded, "stage_of", lambda _, system, name: Stage(system, name, made))
    monkeypatch.setattr(up.emulators, "running", lambda: None)
    monkeypatch.setattr(up.emulators, "start", lambda note: made.done.append("start") or EMULATOR)
    monkeypatch.setattr(up.emulators, "end", lambda emulator: made.done.append("end"))
    return made


def _up(*systems: str) -> list[str]:
    return [stage.system for stage in up.up_embedded(systems, "dev", lambda step: None)]


def test_each_system_comes_up_in_its_region_and_each_region_is_bootstrapped_once(world: World) -> None:
    assert _up(*SYSTEMS) == list(SYSTEMS)
    assert world.done == [
        "start",
        "bootstrap eu-central-1",
        "deploy realtime dev in eu-central-1",
        "publish for realtime",
        "bootstrap us-east-1",
        "deploy upload dev in us-east-1",
        "deploy lending dev in us-east-1",
    ]


def test_a_running_emulator_is_used_and_only_a_new_region_bootstrapped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up.emulators, "running", lambda: EMULATOR)
    world.bootstrapped.add("eu-central-1")
    _up("realtime", "upload")
    assert [one for one in world.done if not one.startswith("deploy")] == [
        "publish for realtime",
        "bootstrap us-east-1",
    ]


def test_what_comes_before_the_main_stack_comes_after_the_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SYSTEMS, "upload", System("upload", "UP", "us-east-1", "", parts=("images", "network")))
    steps = (Step("push", lambda stage: world.done.append(f"push for {stage.system}")),)
    monkeypatch.setattr(up, "wing", lambda name: Wing(before_main=steps))
    _up("upload")
    assert world.done[2:] == [
        "deploy hallmark-upload-images-dev hallmark-upload-network-dev in us-east-1",
        "push for upload",
        "deploy upload dev in us-east-1",
    ]


@pytest.mark.parametrize("runs", [False, True])
def test_an_emulator_that_was_started_for_nothing_is_ended_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, runs: bool
) -> None:
    if runs:
        monkeypatch.setattr(up.emulators, "running", lambda: EMULATOR)
    world.failing = "upload"
    with pytest.raises(UserError, match="it does not deploy"):
        _up("realtime", "upload")
    assert ("end" in world.done) is not runs


def test_over_a_stack_whose_deletion_failed_nothing_is_deployed(world: World) -> None:
    left: Any = Stage("realtime", "dev", world, ("hallmark-network",))
    with pytest.raises(UserError, match="hallmark-network failed: finish it by `hallmark down --stage dev`"):
        up._deploy(left, lambda _: None)
    assert world.done == []
