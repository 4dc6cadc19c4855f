"""What the deletion of a stage waits for: interfaces of functions in a network, which only AWS has."""

from dataclasses import dataclass
from typing import Any

import pytest

from hallmark import emptying
from hallmark.commands import stage as command
from infra.errors import UserError

OUTSIDE: dict[str, Any] = {"Type": "AWS::Lambda::Function", "Properties": {}}
INSIDE: dict[str, Any] = {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": ["subnet-1"]}}}
NETWORK: dict[str, Any] = {"Type": "AWS::EC2::VPC"}


@dataclass(frozen=True)
class Fake:
    """A stage of several stacks, as CloudFormation and `hallmark down` see it."""

    stacks: dict[str, dict[str, Any]]
    is_emulated: bool = False
    system: str = "any"
    name: str = "dev"

    def client(self, service: str) -> "Fake":
        return self

    def get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:
        return {"TemplateBody": {"Resources": self.stacks[StackName]}}

    def of_stacks(self, *names: str) -> "Fake":
        return self

    @property
    def is_whole(self) -> bool:
        return True

    @property
    def present(self) -> tuple[str, ...]:
        return tuple(self.stacks)


@pytest.mark.parametrize(
    ("stacks", "found"),
    [
        ({"main": {"One": OUTSIDE}, "network": {"Vpc": NETWORK}}, False),
        ({"main": {"One": OUTSIDE, "Two": INSIDE}, "network": {"Vpc": NETWORK}}, True),
        ({"network": {"Vpc": NETWORK}}, False),
    ],
)
def test_functions_in_a_network_have_interfaces(stacks: dict[str, Any], found: bool) -> None:
    stage: Any = Fake(stacks)
    assert emptying.has_interfaces(stage) is found


@pytest.mark.parametrize("is_emulated", [False, True])
def test_down_says_before_it_begins_how_long_interfaces_take(
    monkeypatch: pytest.MonkeyPatch, is_emulated: bool
) -> None:
    said: list[str] = []
    monkeypatch.setattr(command, "announce", said.append)
    monkeypatch.setattr(emptying, "buckets", lambda stage: ())
    monkeypatch.setattr(command.deploy, "destroy", lambda *_: said.append("destroyed"))
    monkeypatch.setattr(command, "hindering", lambda _: [])
    stage: Any = Fake({"main": {"One": INSIDE}}, is_emulated)
    command._destroy(stage)
    assert said[1:-1] == ([] if is_emulated else [command.INTERFACES])
    assert said[-1] == "destroyed"


def test_down_destroys_nothing_while_strangers_stand_in_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "announce", lambda _: None)
    monkeypatch.setattr(command, "hindering", lambda _: ["igw-1", "i-1", "i-1", "sg-1", "rtb-1"])
    stage: Any = Fake({"main": {"One": INSIDE}})
    with pytest.raises(UserError, match="no stack made igw-1, i-1, sg-1 and 1 more in it"):
        command._destroy(stage)
