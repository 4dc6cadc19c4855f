"""Which resource of a network an expression gives the id of."""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.template.intrinsics import UNKNOWN, Reference, text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

VPC = "AWS::EC2::VPC"
SUBNET = "AWS::EC2::Subnet"
GROUP = "AWS::EC2::SecurityGroup"
ROUTE_TABLE = "AWS::EC2::RouteTable"
ACL = "AWS::EC2::NetworkAcl"
ENDPOINT = "AWS::EC2::VPCEndpoint"
# The attributes that give the same as Ref does.
_OWN_ID = {
    VPC: ("VpcId",),
    SUBNET: ("SubnetId",),
    GROUP: ("GroupId", "Id"),
    ROUTE_TABLE: ("RouteTableId",),
    ACL: ("Id",),
    ENDPOINT: ("Id",),
}
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")
# What of a VPC is made with it.
DEFAULTS = {GROUP: "DefaultSecurityGroup", ACL: "DefaultNetworkAcl"}


def reference_of(value: Any) -> Reference | None:
    """Return a resolved value as the reference that it is, also where it is a text of one."""
    if isinstance(value, Reference):
        return value
    found = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
    return Reference(found[1], found[2] or "") if found else None


def pointed(template: Template, expression: Any, kind: str) -> Resource | None:
    """Return the resource of a type whose id an expression gives; None if that cannot be resolved.

    The VPC of a subnet's or a group's `VpcId` is the one that it is in.
    """
    found = reference_of(template.resolve(expression))
    resource = template.resources.get(found.logical_id) if found else None
    if found is None or resource is None:
        return None
    if resource.type == kind:
        return resource if found.attribute in ("", *_OWN_ID[kind]) else None
    if kind == VPC and resource.type in (SUBNET, GROUP) and found.attribute == "VpcId":
        return pointed(template, resource.properties.get("VpcId"), VPC)
    return None


def default_of(template: Template, expression: Any, kind: str) -> Resource | None:
    """Return the VPC whose default group or ACL an expression gives the id of."""
    found = reference_of(template.resolve(expression))
    if found is None or found.attribute != DEFAULTS[kind]:
        return None
    resource = template.resources.get(found.logical_id)
    return resource if resource and resource.type == VPC else None


def items_of(template: Template, expression: Any) -> list[Any]:
    """Return the items of a list; one UNKNOWN for what cannot be resolved, none for what is missing."""
    value = template.resolve(expression)
    if value is None:
        return []
    return value if isinstance(value, list) else [value if text_of(value) is not None else UNKNOWN]


def all_pointed(template: Template, expression: Any, kind: str) -> tuple[Resource | None, ...]:
    """Return the resources of a list of ids; None for each that cannot be resolved."""
    return tuple(pointed(template, item, kind) for item in items_of(template, expression))


def known(found: tuple[Resource | None, ...]) -> Iterator[Resource]:
    """Yield the resources that were found."""
    yield from (one for one in found if one)
