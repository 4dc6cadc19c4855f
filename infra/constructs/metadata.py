"""Metadata and tags that identify stacks and resources, so that no code has to guess from names."""

from aws_cdk import CfnResource, Stack, Tags
from constructs import Construct

from infra.names import Names
from infra.systems import System


def mark_stack(stack: Stack, system: System, stage: str) -> None:
    """Give a system's stack its `Hallmark` metadata {System, Stage, Region} and the tags `system` and `stage`."""
    stack.add_metadata("Hallmark", {"System": system.name, "Stage": stage, "Region": system.region})
    Tags.of(stack).add("system", system.name)
    Tags.of(stack).add("stage", stage)


def mark(construct: Construct, names: Names, role: str) -> None:
    """Give the resource its `Hallmark` metadata {System, Stage, Role} and the tag `role`."""
    resource = construct if isinstance(construct, CfnResource) else construct.node.default_child
    if not isinstance(resource, CfnResource):
        raise TypeError(f"{construct.node.path} has no default child to mark")
    resource.add_metadata("Hallmark", {"System": names.system, "Stage": names.stage, "Role": role})
    Tags.of(resource).add("role", role)
