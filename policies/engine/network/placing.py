"""Where a function stands: its subnets, its security groups and the network, by what the template calls them.

Names are texts as the template resolves them, `${PrivateSubnet1}` or an id such as `subnet-0a1b`, so that a network
beside the template has names, too.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

VPC, SUBNET = "AWS::EC2::VPC", "AWS::EC2::Subnet"


@dataclass(frozen=True)
class Place:
    """Where a function stands; `unread` if a subnet or a group cannot be resolved; no network if that cannot be."""

    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    network: str
    unread: bool = False


def place_of(template: Template, function: Resource) -> Place | None:
    """Return where a function stands; None if it is in no network."""
    return template.about(function, _place)


def _place(template: Template, function: Resource) -> Place | None:
    config = template.structure(function.properties.get("VpcConfig"))
    if config is None:
        return None
    if not isinstance(config, Mapping):
        return Place((), (), "", unread=True)
    subnets, groups = _texts(config.get("SubnetIds")), _texts(config.get("SecurityGroupIds"))
    if not config.get("SubnetIds") and not config.get("SecurityGroupIds"):
        # Empty lists take a function out of its network.
        return None
    networks = {network_of(template, one) for one in subnets}
    known = tuple(one for one in subnets if one is not None), tuple(one for one in groups if one is not None)
    unread = None in (*subnets, *groups) or not all(known)
    return Place(*known, (networks.pop() or "") if len(networks) == 1 else "", unread)


def _texts(value: Any) -> list[str | None]:
    return [text_of(one) for one in listed(value)]


def network_of(template: Template, subnet: str | None) -> str | None:
    """Return the network of a subnet of the template; None if it cannot be resolved."""
    own = template.target_of(subnet, SUBNET)
    return template.text(own.properties.get("VpcId")) if own else None


def arn_in_ec2(template: Template, resource: str) -> str:
    """Return the ARN of something of EC2 in the template's account and region."""
    return f"arn:aws:ec2:{template.region}:{template.account}:{resource}"


def subnet_arns(template: Template, function: Resource) -> list[str]:
    """Return the ARNs of the subnets that a function runs in."""
    place = place_of(template, function)
    return [arn_in_ec2(template, f"subnet/{one}") for one in place.subnets] if place else []


def network_arn(template: Template, function: Resource) -> str:
    """Return the ARN of the network that a function runs in; of none if it cannot be resolved."""
    place = place_of(template, function)
    return arn_in_ec2(template, f"vpc/{place.network if place else ''}")
