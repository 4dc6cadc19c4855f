"""Whether a right of a function's code has a way to its service: an endpoint that every subnet of the function reaches.

https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.engine.finding import UNRESOLVED
from policies.engine.iam.permissions import Facts
from policies.engine.network.doors import behind, closed, lets_in, lets_out, ranges_of
from policies.engine.network.letting import refusals
from policies.engine.network.model import GATEWAY, INTERFACE, Endpoint, Network, Place, Subnet, network_of
from policies.engine.network.naming import shown
from policies.engine.network.pointers import ROUTE_TABLE, known
from policies.engine.network.rights import Right
from policies.engine.network.services import service_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import flag, is_true

# Every other service has interfaces alone.
_GATEWAYS = ("dynamodb", "s3")
_WANTED_OUT = "a rule that lets TCP 443 out to the endpoint"


@dataclass(frozen=True)
class Gap:
    """Why a right has no way: what lacks it and where, what is wrong, of which subnet if not of all, and the fix."""

    owner: str
    path: str
    found: str
    wanted: str
    fix: str
    subnet: str = ""


@dataclass(frozen=True, eq=False)
class Caller:
    """A function in a network that can be resolved, with its role and the facts of its requests."""

    function: Resource
    role: Resource
    place: Place
    vpc: Resource
    facts: Facts


def gaps(template: Template, caller: Caller, right: Right) -> list[Gap]:
    """Return why a right has no way; none if there is one from every subnet of the function."""
    network, service = network_of(template), service_of(right.action)
    if service == "*" or UNRESOLVED in (right.action, right.resource):
        fix = "Name the actions of the role, each with its resource."
        return [Gap(right.owner, right.path, "no endpoint leads to every service", "exact actions", fix)]
    elsewhere = _region(right.resource)
    if elsewhere not in ("", "*", template.region):
        found = f"no endpoint leads to the region {elsewhere}"
        return [Gap(right.owner, right.path, found, f"resources in {template.region}", "Take the right out.")]
    endpoints = [one for one in network.endpoints_in(caller.vpc) if one.service == service]
    if not endpoints:
        found = f"{shown(template, caller.vpc)} has no endpoint {service}"
        fix = f"Add an endpoint {service} to the network with a policy of exactly this right, or take the right out."
        return [Gap(caller.function.logical_id, "VpcConfig", found, f"an endpoint {service}", fix)]
    found_gaps: dict[Gap, None] = {}
    for subnet in network.subnets_of(caller.place.subnets):
        # Calls take the endpoint that they reach, whatever the others' policies say.
        ways = [(list(_between(template, network, caller, subnet, one)), one) for one in endpoints]
        fewest = min(len(between) for between, _ in ways)
        tried = [[*between, *_refused(template, caller, right, one)] for between, one in ways if len(between) == fewest]
        found_gaps.update(dict.fromkeys(min(tried, key=len)))
    return list(found_gaps)


def _refused(template: Template, caller: Caller, right: Right, endpoint: Endpoint) -> Iterator[Gap]:
    """Yield why a right may not pass an endpoint that is reached."""
    for one in refusals(template, caller.role, caller.facts, right, endpoint):
        yield Gap(one.owner, one.path, one.found, one.wanted, one.fix)


def _region(arn: str) -> str:
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else ""


def _between(template: Template, network: Network, caller: Caller, subnet: Subnet, endpoint: Endpoint) -> Iterator[Gap]:
    """Yield why an endpoint is not reached from a subnet."""
    yield from _names(template, caller.vpc, endpoint)
    if endpoint.kind == GATEWAY and endpoint.service in _GATEWAYS:
        yield from _routed(template, subnet, endpoint)
    else:
        yield from _attached(template, endpoint)
    yield from _doors(template, network, caller, subnet, endpoint)


def _names(template: Template, vpc: Resource, endpoint: Endpoint) -> Iterator[Gap]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns-support.html"""
    name = shown(template, vpc)
    if flag(template.value(vpc, "EnableDnsSupport")) not in (None, True):
        found = f"{name} does not certainly resolve names"
        yield Gap(vpc.logical_id, "EnableDnsSupport", found, "true", "Set EnableDnsSupport to true.")
    if endpoint.kind == GATEWAY:
        return
    if not endpoint.private_dns:
        found = f"the {shown(template, endpoint.resource)} has no private DNS: its service's name leads elsewhere"
        wanted, fix = "true", "Set PrivateDnsEnabled to true."
        if endpoint.unnamed != "PrivateDnsEnabled":
            found = f"the {shown(template, endpoint.resource)} does not answer under its service's name by IPv4"
            wanted, fix = "ipv4, for all resolvers", f"Take {endpoint.unnamed} out."
        yield Gap(endpoint.resource.logical_id, endpoint.unnamed, found, wanted, fix)
    if not is_true(template, vpc.properties.get("EnableDnsHostnames")):
        found = f"{name} has no DNS hostnames, which private DNS needs"
        yield Gap(vpc.logical_id, "EnableDnsHostnames", found, "true", "Set EnableDnsHostnames to true.")


def _routed(template: Template, subnet: Subnet, endpoint: Endpoint) -> Iterator[Gap]:
    name, where = shown(template, endpoint.resource), shown(template, subnet.resource)
    if subnet.table is None:
        what = "a route table that cannot be resolved" if ROUTE_TABLE in subnet.unsure else "no route table of its own"
        found, fix = f"{where} has {what}", f"Associate {where} with a route table that leads to the endpoint."
        yield Gap(subnet.resource.logical_id, "", found, "a route table with the endpoint", fix, where)
    elif subnet.table.logical_id not in {one.logical_id for one in known(endpoint.tables)}:
        found = f"the {name} is not associated with the route table of {where}"
        fix = f"Add {subnet.table.logical_id} to the RouteTableIds of {endpoint.resource.logical_id}."
        wanted = "the route tables of all subnets whose functions have the right"
        yield Gap(endpoint.resource.logical_id, "RouteTableIds", found, wanted, fix, where)


def _attached(template: Template, endpoint: Endpoint) -> Iterator[Gap]:
    name, own = shown(template, endpoint.resource), endpoint.resource.logical_id
    if endpoint.kind != INTERFACE:
        found = f"the {name} is of the type {endpoint.kind or UNRESOLVED}"
        wanted = f"{INTERFACE}; {GATEWAY} for {' and '.join(_GATEWAYS)} alone"
        yield Gap(own, "VpcEndpointType", found, wanted, "Make it an interface endpoint.")
    if not any(known(endpoint.subnets)):
        found, fix = f"the {name} has no interface in a subnet", "Give it the functions' subnets."
        yield Gap(own, "SubnetIds", found, "the subnets of the functions", fix)


def _doors(template: Template, network: Network, caller: Caller, subnet: Subnet, endpoint: Endpoint) -> Iterator[Gap]:
    name, where = shown(template, endpoint.resource), shown(template, subnet.resource)
    callers = network.groups_of(caller.place.groups)
    own_groups, far = behind(endpoint, list(network.groups.values())), list(known(endpoint.subnets))
    far_ranges = None if endpoint.kind == GATEWAY else ranges_of(template, caller.vpc, far)
    near_ranges = ranges_of(template, caller.vpc, [subnet.resource])
    if not any(lets_out(template, one, endpoint, own_groups, far_ranges) for one in callers):
        owner = callers[0].resource if callers else caller.function
        groups = " and ".join(shown(template, one.resource) for one in callers) or "no group"
        found = f"{groups} does not let TCP 443 out to the {name}"
        fix = "Add a rule for egress, TCP 443, to 0.0.0.0/0 (no route leads out of the network) or to the endpoint."
        yield Gap(owner.logical_id, "SecurityGroupEgress", found, _WANTED_OUT, fix)
    acl = closed(template, subnet, far_ranges, calls=True)
    if acl:
        yield Gap(subnet.resource.logical_id, "", f"{where} {acl}", "an ACL that lets calls through", "Open it.", where)
    if endpoint.kind == GATEWAY:
        return
    for one in network.subnets_of(endpoint.subnets):
        acl = closed(template, one, near_ranges, calls=False)
        if acl:
            found = f"{shown(template, one.resource)} {acl}"
            yield Gap(one.resource.logical_id, "", found, "an ACL that lets calls through", "Open it.")
    if not any(lets_in(template, one, callers, near_ranges) for one in own_groups):
        owner = own_groups[0].resource if own_groups else endpoint.resource
        groups = " and ".join(shown(template, one.resource) for one in own_groups) or "the network's default group"
        sources = " and ".join(shown(template, one.resource) for one in callers) or "the function"
        found = f"{groups} does not let TCP 443 in to the {name} from {sources}"
        path = "SecurityGroupIngress" if own_groups else "SecurityGroupIds"
        fix = f"Let TCP 443 in from {sources}."
        yield Gap(owner.logical_id, path, found, "a rule that lets TCP 443 in from the function's group", fix)


def callers_in(callers: list[Caller], vpc: Resource) -> list[Caller]:
    """Return the callers in a network."""
    return [one for one in callers if one.vpc.logical_id == vpc.logical_id]
