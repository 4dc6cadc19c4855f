"""The wanted services of AWS are reached by endpoints of the network, under their own names.

https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.network.doors import behind, lets_in, ranges_of
from policies.engine.network.model import GATEWAY, INTERFACE, Endpoint, Network, Subnet, network_of, resolves_names
from policies.engine.network.naming import shown_function
from policies.engine.network.pointers import ENDPOINT, GROUP, ROUTE_TABLE, SUBNET, VPC, known
from policies.engine.parts import Parts
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown


class Endpoints(Policy):
    scope = (ENDPOINT,)
    relies_on = (VPC, SUBNET, ROUTE_TABLE, GROUP)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        network = network_of(template)
        for endpoint in network.endpoints.values():
            yield from _own(template, endpoint)
        for vpc in _with_functions(network):
            yield from _gateways(network, vpc, parameters["gateways"])
            yield from _interfaces(template, network, vpc, parameters)
            if parameters["interfaces"] and not resolves_names(template, vpc):
                wanted = "DNS support and hostnames: endpoints are found under their services' names"
                found = f"EnableDnsHostnames {shown(template, vpc.properties.get('EnableDnsHostnames'))}"
                yield Finding(vpc.logical_id, "EnableDnsHostnames", found, wanted)


def _with_functions(network: Network) -> list[Resource]:
    """Return the VPCs in which functions stand; without any, all."""
    found = [network.vpc_of(place) for place in network.places.values()]
    own = {one.logical_id for one in found if one}
    return [vpc for name, vpc in network.vpcs.items() if name in own or not own]


def _own(template: Template, endpoint: Endpoint) -> Iterator[Finding]:
    """Yield what is wrong with an endpoint by itself, whatever it is for."""
    own = endpoint.resource
    if endpoint.vpc is None:
        yield Finding(own.logical_id, "VpcId", shown(template, own.properties.get("VpcId")), "a VPC of these templates")
    lists = (("SubnetIds", endpoint.subnets), ("RouteTableIds", endpoint.tables))
    for path, found in (*lists, *([] if endpoint.in_default_group else [("SecurityGroupIds", endpoint.groups)])):
        if None in found:
            yield Finding(own.logical_id, path, f"one that {UNRESOLVED}", "those of these templates")
    if endpoint.in_default_group:
        wanted = "a group of its own, which lets 443 in from the functions' group"
        yield Finding(own.logical_id, "SecurityGroupIds", "the VPC's default group", wanted)


def _gateways(network: Network, vpc: Resource, wanted: list[str]) -> Iterator[Finding]:
    for service in wanted:
        own = [one for one in network.endpoints_in(vpc) if one.service == service and one.kind == GATEWAY]
        if not own:
            yield Finding(vpc.logical_id, "", f"no gateway endpoint for {service}", f"a gateway endpoint for {service}")
            continue
        tables = {one.logical_id for endpoint in own for one in endpoint.tables if one}
        for subnet in _subnets(network, vpc):
            if subnet.table is None or subnet.table.logical_id not in tables:
                name = subnet.table.logical_id if subnet.table else "its VPC's main one"
                found = f"not in the route table of {subnet.resource.logical_id}, {name}"
                yield Finding(own[0].resource.logical_id, "RouteTableIds", found, "the route table of every subnet")


def _interfaces(template: Template, network: Network, vpc: Resource, parameters: dict[str, Any]) -> Iterator[Finding]:
    for service in parameters["interfaces"]:
        own = [one for one in network.endpoints_in(vpc) if one.service == service and one.kind == INTERFACE]
        if not own:
            found = f"no interface endpoint for {service}"
            yield Finding(vpc.logical_id, "", found, f"an interface endpoint for {service}")
            continue
        first = own[0].resource.logical_id
        if not any(one.private_dns for one in own):
            found = f"without private DNS for certain, by {own[0].unnamed}"
            yield Finding(first, own[0].unnamed, found, "an answer by IPv4 under the service's own name")
        zones = {subnet.zone for one in own for subnet in network.subnets_of(one.subnets)}
        missing = sorted({str(one.zone) for one in _subnets(network, vpc) if one.zone and one.zone not in zones})
        if missing:
            yield Finding(first, "SubnetIds", f"not in the zones {', '.join(missing)}", "a subnet in every zone")
        yield from _doors(template, network, vpc, own, parameters["parts"])


def _doors(
    template: Template, network: Network, vpc: Resource, endpoints: list[Endpoint], parts: Parts
) -> Iterator[Finding]:
    """Yield what keeps functions out of a service's endpoints, whether they need it now or not."""
    first = endpoints[0]
    doors = [door for one in endpoints for door in behind(one, list(network.groups.values()))]
    kept_out = []
    for name, place in network.places.items():
        at = network.vpc_of(place)
        if at is None or at.logical_id != vpc.logical_id:
            continue
        callers = network.groups_of(place.groups)
        ranges = ranges_of(template, vpc, known(place.subnets))
        if not any(lets_in(template, door, callers, ranges) for door in doors):
            kept_out.append(shown_function(parts, template.resources[name]))
    if kept_out and not any(one.in_default_group for one in endpoints):
        found = f"TCP 443 is not let in to the endpoint {first.service} from {', '.join(kept_out)}"
        owner = doors[0].resource if doors else first.resource
        path = "SecurityGroupIngress" if doors else "SecurityGroupIds"
        fix = "Let TCP 443 in from the functions' group."
        yield Finding(owner.logical_id, path, found, "a rule that lets TCP 443 in from the functions' group", fix)


def _subnets(network: Network, vpc: Resource) -> list[Subnet]:
    """Return the subnets of a VPC in which functions stand; without any, all of it."""
    inside = [one for one in network.subnets.values() if one.vpc and one.vpc.logical_id == vpc.logical_id]
    used = {one.logical_id for place in network.places.values() for one in place.subnets if one}
    return [one for one in inside if one.resource.logical_id in used] or inside


policy = Endpoints()
