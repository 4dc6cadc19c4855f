"""Says in a resource's metadata and tags which part it plays, so that nobody has to guess it from a logical id."""

from aws_cdk import CfnResource, Tags
from constructs import Construct

from infra.names import Names


def mark(construct: Construct, names: Names, role: str) -> None:
    """Gives the resource its `Hallmark` metadata {System, Stage, Role} and the tag `role`."""
    resource = construct if isinstance(construct, CfnResource) else construct.node.default_child
    if not isinstance(resource, CfnResource):
        raise TypeError(f"{construct.node.path} has no resource of its own to mark")
    resource.add_metadata("Hallmark", {"System": names.system, "Stage": names.stage, "Role": role})
    Tags.of(resource).add("role", role)
