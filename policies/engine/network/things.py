"""What networks consist of; ids that cannot be resolved are None, and certain of nothing.

https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

from dataclasses import dataclass, field
from typing import Any

from policies.engine.network.pointers import known
from policies.engine.network.rules import Rule
from policies.engine.template.resource import Resource


@dataclass(frozen=True)
class Subnet:
    """A subnet; its `zone` is a text that two subnets of one zone share, None if it cannot be resolved.

    Without a `table` it has its VPC's main one, which no template can change, and without an `acl` the default one,
    which lets everything through; `unsure` says which of both has an association that cannot be resolved.
    """

    resource: Resource
    vpc: Resource | None
    zone: str | None
    table: Resource | None = None
    acl: Resource | None = None
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """A security group with its rules, wherever they are written."""

    resource: Resource
    vpc: Resource | None
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]


@dataclass(frozen=True)
class Endpoint:
    """A VPC's endpoint; `service` is AWS's name of it in this region, such as `dynamodb`; empty for any other one.

    `unnamed` is the property for which it may not answer under the service's own name, by IPv4. An interface without
    `groups` has the VPC's default group: `in_default_group`.
    """

    resource: Resource
    vpc: Resource | None
    service: str
    kind: str
    unnamed: str
    subnets: tuple[Resource | None, ...]
    groups: tuple[Resource | None, ...]
    tables: tuple[Resource | None, ...]
    in_default_group: bool

    @property
    def private_dns(self) -> bool:
        """Whether it certainly answers under the service's own name."""
        return not self.unnamed

    @property
    def document(self) -> Any:
        """The policy as it is written; None is AWS's, which lets everything through."""
        return self.resource.properties.get("PolicyDocument")


@dataclass(frozen=True)
class Place:
    """Where a function stands; without a network there are neither subnets nor groups."""

    function: Resource
    subnets: tuple[Resource | None, ...]
    groups: tuple[Resource | None, ...]

    @property
    def is_in_network(self) -> bool:
        """Whether it is in a network, known or not."""
        return bool(self.subnets or self.groups)


@dataclass(frozen=True)
class Network:
    """All networks of a template, by logical ids."""

    vpcs: dict[str, Resource] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def subnets_of(self, found: tuple[Resource | None, ...]) -> list[Subnet]:
        """Return the subnets of resources, without those that cannot be resolved."""
        return [self.subnets[one.logical_id] for one in known(found)]

    def groups_of(self, found: tuple[Resource | None, ...]) -> list[Group]:
        """Return the groups of resources, without those that cannot be resolved."""
        return [self.groups[one.logical_id] for one in known(found)]

    def vpc_of(self, place: Place) -> Resource | None:
        """Return the VPC that a function certainly stands in."""
        found = {one.vpc.logical_id if one.vpc else "" for one in self.subnets_of(place.subnets)}
        return self.vpcs.get(found.pop()) if len(found) == 1 and None not in place.subnets else None

    def endpoints_in(self, vpc: Resource) -> list[Endpoint]:
        """Return the endpoints that are certainly in a VPC."""
        return [one for one in self.endpoints.values() if one.vpc and one.vpc.logical_id == vpc.logical_id]
