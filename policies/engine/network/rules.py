"""The rules of security groups: written in the group or as resources of their own.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Literal

from policies.engine.finding import UNRESOLVED
from policies.engine.network.pointers import GROUP, items_of, pointed, reference_of
from policies.engine.template.intrinsics import UNKNOWN, text_of
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.scalars import number_of
from policies.engine.template.template import Template
from policies.engine.template.values import listed

INGRESS, EGRESS = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"
Direction = Literal["ingress", "egress"]
_INLINE: dict[Direction, str] = {"ingress": "SecurityGroupIngress", "egress": "SecurityGroupEgress"}
_ALONE: dict[Direction, str] = {"ingress": INGRESS, "egress": EGRESS}
# Kind of what is on the other side -> the properties that name it.
_PEERS = {
    "address": ("CidrIp", "CidrIpv6"),
    "prefix list": ("SourcePrefixListId", "DestinationPrefixListId"),
    "group": ("SourceSecurityGroupId", "DestinationSecurityGroupId"),
    "named group": ("SourceSecurityGroupName",),
}
_ALL_PORTS = (0, 65535)
_TCP = ("tcp", "6")
_ALL = ("-1", "all")
HTTPS = 443


@dataclass(frozen=True)
class Rule:
    """One rule: `protocol` and `peer` are UNKNOWN, and `ports` None, where they cannot be resolved.

    `owner` is the resource that it is written in, `path` its place there. `kind` says what the peer is: an address
    range, a prefix list, a group (a Resource if it is of the template), or unknown.
    """

    owner: Resource
    path: str
    direction: Direction
    protocol: Any
    ports: tuple[int, int] | None
    kind: str
    peer: Any = field(default=UNKNOWN)

    @property
    def is_all(self) -> bool:
        """Whether all protocols match."""
        return self.protocol in _ALL

    @property
    def is_https(self) -> bool:
        """Whether it certainly lets TCP to port 443 through, and nothing else."""
        return self.protocol in _TCP and self.ports == (HTTPS, HTTPS)

    @property
    def may_be_https(self) -> bool:
        """Whether TCP to port 443 certainly passes, with or without more."""
        return self.is_all or (
            self.protocol in _TCP and self.ports is not None and self.ports[0] <= HTTPS <= self.ports[1]
        )

    @property
    def is_certain(self) -> bool:
        """Whether it is known to whom it leads, or from whom."""
        return bool(self.kind) and self.peer is not UNKNOWN

    @property
    def is_nothing(self) -> bool:
        """Whether nothing passes: it leads to the broadcast address alone, as the CDK writes a group without egress."""
        return self.direction == "egress" and self.peer == "255.255.255.255/32"

    @property
    def is_anywhere(self) -> bool:
        """Whether the peer is every IPv4 address."""
        return self.kind == "address" and self.peer == "0.0.0.0/0"

    def is_group(self, group: Resource) -> bool:
        """Return whether the peer is certainly this group."""
        return isinstance(self.peer, Resource) and self.peer.logical_id == group.logical_id

    def __str__(self) -> str:
        way = "from" if self.direction == "ingress" else "to"
        peer = self.peer.logical_id if isinstance(self.peer, Resource) else self.peer
        where = f"{self.kind} {peer}" if self.kind else UNRESOLVED
        if self.is_all:
            return f"all traffic {way} {where}"
        if self.protocol is UNKNOWN or self.ports is None:
            return f"traffic {way} {where} whose protocol or ports {UNRESOLVED}"
        ports = str(self.ports[0]) if self.ports[0] == self.ports[1] else f"{self.ports[0]} to {self.ports[1]}"
        return f"{self.protocol} {ports} {way} {where}"


def rules_of(template: Template, group: Resource, direction: Direction) -> tuple[Rule, ...]:
    """Return a group's rules; without one for egress, AWS's own that lets all out.

    Any rule for egress, in the group or beside it, replaces AWS's.
    """
    found = [*_inline(template, group, direction)]
    found += [one for own, one in _alone(template, direction) if own is not None and own.logical_id == group.logical_id]
    if direction == "egress" and not found:
        found.append(Rule(group, _INLINE[direction], direction, "-1", _ALL_PORTS, "address", "0.0.0.0/0"))
    return tuple(found)


def homeless_rules(template: Template) -> list[Rule]:
    """Return rules of no group of the template: of a VPC's default group, or of one that cannot be resolved."""
    directions: tuple[Direction, ...] = ("ingress", "egress")
    return [rule for direction in directions for own, rule in _alone(template, direction) if own is None]


def _inline(template: Template, group: Resource, direction: Direction) -> Iterator[Rule]:
    name = _INLINE[direction]
    written = group.properties.get(name)
    raw = written if isinstance(written, list) else items_of(template, written)
    for index, one in enumerate(raw):
        for each in listed(template.resolve(one)):
            yield _rule(template, group, f"{name}[{index}]", direction, each)


def _alone(template: Template, direction: Direction) -> list[tuple[Resource | None, Rule]]:
    """Return the rules that are resources, each with its group."""
    return template.once(("rules beside groups", direction), lambda: list(_found(template, direction)))


def _found(template: Template, direction: Direction) -> Iterator[tuple[Resource | None, Rule]]:
    for own in template.of_type(_ALONE[direction]):
        group = pointed(template, own.properties.get("GroupId"), GROUP)
        yield group, _rule(template, own, "", direction, template.resolve(own.properties))


def _rule(template: Template, owner: Resource, path: str, direction: Direction, body: Any) -> Rule:
    own = mapping(body)
    protocol = own.get("IpProtocol", UNKNOWN)
    named = protocol if protocol is UNKNOWN else str(protocol).lower()
    return Rule(owner, path, direction, named, _ports(named, own), *_peer(template, own))


def _ports(protocol: Any, own: Mapping[str, Any]) -> tuple[int, int] | None:
    if protocol in _ALL:
        return _ALL_PORTS
    ends = [number_of(own.get(key)) for key in ("FromPort", "ToPort")]
    if ends[0] is None or ends[1] is None:
        return None
    # All ports, as -1 or as their range.
    return _ALL_PORTS if ends[0] == -1 and protocol in (*_TCP, "udp", "17") else (int(ends[0]), int(ends[1]))


def _peer(template: Template, own: Mapping[str, Any]) -> tuple[str, Any]:
    said = [(kind, own[name]) for kind, names in _PEERS.items() for name in names if own.get(name) is not None]
    if len(said) != 1:
        return "", UNKNOWN
    kind, value = said[0]
    if kind == "group":
        owner = own.get("SourceSecurityGroupOwnerId")
        if owner is not None and text_of(owner) != template.account:
            return kind, f"{text_of(value) or UNRESOLVED} of the account {text_of(owner) or UNRESOLVED}"
        return kind, pointed(template, value, GROUP) or value
    return kind, (range_of(template, value) or UNKNOWN) if kind == "address" else value


def range_of(template: Template, expression: Any) -> str | None:
    """Return a range of addresses, also that of a VPC or a subnet by its attribute; None if it cannot be resolved."""
    value = template.resolve(expression)
    own = reference_of(value)
    if own and own.attribute == "CidrBlock" and own.logical_id in template.resources:
        value = template.value(template.resources[own.logical_id], "CidrBlock")
    try:
        return str(ip_network(value, strict=False)) if isinstance(value, str) else None
    except ValueError:
        return None
