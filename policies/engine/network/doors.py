"""What groups and ACLs let through to port 443, between a function and an endpoint.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_network
from typing import Any

from policies.engine.network.model import GATEWAY, Endpoint, Group, Subnet
from policies.engine.network.pointers import ACL, known, pointed, reference_of
from policies.engine.network.rules import HTTPS, Rule, range_of
from policies.engine.network.services import list_of
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.scalars import number_of
from policies.engine.template.template import Template
from policies.engine.template.values import flag, listed

ACL_ENTRY, PREFIX_LIST = "AWS::EC2::NetworkAclEntry", "AWS::EC2::PrefixList"
_EVERYWHERE = "0.0.0.0/0"
_ALL, _TCP = ("-1", "all"), ("6", "tcp")
# From where a function's calls come, as Linux and Lambda choose it.
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
_ANSWERS = (1024, 65535)


def ranges_of(template: Template, vpc: Resource | None, subnets: Iterable[Resource]) -> list[str] | None:
    """Return the address ranges of subnets, or that of their network where one is chosen later; None if unknown."""
    found = [range_of(template, one.properties.get("CidrBlock")) for one in subnets]
    if found and None not in found:
        return [str(one) for one in found]
    whole = range_of(template, vpc.properties.get("CidrBlock")) if vpc else None
    return [whole] if whole else None


def _covers(outer: str | None, inner: list[str] | None) -> bool:
    if outer == _EVERYWHERE:
        return True
    whole = ip_network(outer) if outer else None
    ranges = [ip_network(one) for one in inner or ()]
    if not isinstance(whole, IPv4Network):
        return False
    return bool(ranges) and all(isinstance(one, IPv4Network) and one.subnet_of(whole) for one in ranges)


def lets_in(template: Template, group: Group, callers: Iterable[Group], ranges: list[str] | None) -> bool:
    """Return whether a group certainly lets calls of these groups, or from these ranges, in."""
    return any(one.may_be_https and _is_for(template, one, callers, ranges) for one in group.ingress)


def lets_out(
    template: Template, group: Group, endpoint: Endpoint, behind: list[Group], ranges: list[str] | None
) -> bool:
    """Return whether a function's group certainly lets calls to an endpoint out.

    A gateway is reached by the public addresses of its service.
    """
    passing = [one for one in group.egress if one.may_be_https]
    if any(one.is_anywhere for one in passing):
        return True
    if endpoint.kind == GATEWAY:
        wanted = list_of(endpoint.service, template.region)
        return any(one.kind == "prefix list" and wanted and text_of(one.peer) == wanted for one in passing)
    return any(_is_for(template, one, behind, ranges) for one in passing)


def _is_for(template: Template, rule: Rule, groups: Iterable[Group], ranges: list[str] | None) -> bool:
    if rule.kind == "address":
        return _covers(text_of(rule.peer), ranges)
    if rule.kind == "prefix list":
        entries = _entries(template, rule.peer)
        return bool(ranges) and all(any(_covers(entry, [one]) for entry in entries) for one in ranges or ())
    return any(rule.is_group(one.resource) for one in groups)


def _entries(template: Template, peer: Any) -> list[str | None]:
    own = reference_of(peer)
    resource = template.resources.get(own.logical_id) if own else None
    if resource is None or resource.type != PREFIX_LIST:
        return []
    return [range_of(template, mapping(one).get("Cidr")) for one in listed(template.value(resource, "Entries"))]


def closed(template: Template, subnet: Subnet, ranges: list[str] | None, *, calls: bool) -> str:
    """Return which way a subnet's ACL may close: of calls that go out, or of calls that come in; empty for none.

    Without ranges, the other side is everywhere.
    """
    if subnet.acl is None:
        return "has an ACL that cannot be resolved" if ACL in subnet.unsure else ""
    out, back = ((HTTPS, HTTPS), _ANSWERS) if calls else (_ANSWERS, (HTTPS, HTTPS))
    for egress, ports, way in ((True, out, "out"), (False, back, "in")):
        if not _passes(template, subnet.acl, ranges, egress=egress, ports=ports):
            return f"has an ACL that does not certainly let TCP {ports[0]} to {ports[1]} {way}"
    return ""


def _passes(
    template: Template, acl: Resource, ranges: list[str] | None, *, egress: bool, ports: tuple[int, int]
) -> bool:
    """Return whether the first entry that may be about it certainly allows all of it."""
    for entry in sorted(_of_acl(template, acl), key=lambda one: _number(template, one, "RuleNumber") or 0):
        if (flag(template.value(entry, "Egress")) or False) is not egress:
            continue
        if not _may_be_about(template, entry, ports):
            continue
        allowed: bool = template.value(entry, "RuleAction") == "allow"
        whole = _is_about(template, entry, ports) and _covers(
            range_of(template, entry.properties.get("CidrBlock")), ranges or [_EVERYWHERE]
        )
        if not allowed or whole:
            return allowed
    return False


def _of_acl(template: Template, acl: Resource) -> Iterator[Resource]:
    for entry in template.of_type(ACL_ENTRY):
        own = pointed(template, entry.properties.get("NetworkAclId"), ACL)
        if own is None or own.logical_id == acl.logical_id:
            yield entry


def _number(template: Template, entry: Resource, path: str) -> int | None:
    found = number_of(template.value(entry, path))
    return None if found is None else int(found)


def _ports(template: Template, entry: Resource) -> tuple[int, int] | None:
    protocol = str(template.value(entry, "Protocol")).lower()
    if protocol in _ALL:
        return 0, 65535
    ends = [_number(template, entry, f"PortRange.{end}") for end in ("From", "To")]
    return None if protocol not in _TCP or ends[0] is None or ends[1] is None else (ends[0], ends[1])


def _may_be_about(template: Template, entry: Resource, ports: tuple[int, int]) -> bool:
    protocol = text_of(template.value(entry, "Protocol"))
    if protocol is not None and protocol.lower() not in (*_ALL, *_TCP):
        return False
    own = _ports(template, entry)
    return own is None or (own[0] <= ports[1] and ports[0] <= own[1])


def _is_about(template: Template, entry: Resource, ports: tuple[int, int]) -> bool:
    own = _ports(template, entry)
    return own is not None and own[0] <= ports[0] and ports[1] <= own[1]


def behind(endpoint: Endpoint, groups: list[Group]) -> list[Group]:
    """Return the groups of an endpoint, of all groups."""
    own = {one.logical_id for one in known(endpoint.groups)}
    return [one for one in groups if one.resource.logical_id in own]
