"""Every way out of a network or into it, apart from endpoints of AWS's own services.

https://docs.aws.amazon.com/vpc/latest/userguide/extend-intro.html
https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.engine.finding import UNRESOLVED
from policies.engine.kinds import FUNCTION
from policies.engine.network.joining import CIDR_BLOCK, DHCP, DHCP_OF_VPC, QUIET, ROUTE, may_join
from policies.engine.network.model import GATEWAY, network_of
from policies.engine.network.pointers import ENDPOINT, GROUP, ROUTE_TABLE, SUBNET, VPC, items_of, pointed
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import flag, is_off, shown
from policies.engine.template.walking import walk

# Ends of properties, of any type, that give public addresses or IPv6 ones, which are public.
_PUBLIC = (
    "AssignIpv6AddressOnCreation",
    "AssignPublicIp",
    "AssociateCarrierIpAddress",
    "AssociatePublicIpAddress",
    "MapPublicIpOnLaunch",
    "PubliclyAccessible",
)
_INDEX = re.compile(r"\[\d+\]")
_NOT_PUBLIC = ("", "disabled", "false")
# Ends of properties that place something in a network.
_PLACES = re.compile(r"(?:subnets?|subnetids?|security_?groups?|securitygroupids?|vpcs?|vpcids?)$", re.IGNORECASE)
_IPV6_SUBNET = ("Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6NetmaskLength")
_IPV6_VPC = ("Ipv6CidrBlock", "Ipv6IpamPoolId", "Ipv6Pool", "Ipv6CidrBlockNetworkBorderGroup")
_TARGETS = (
    "CarrierGatewayId",
    "CoreNetworkArn",
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "InstanceId",
    "LocalGatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "OdbNetworkArn",
    "TransitGatewayId",
    "VpcEndpointId",
    "VpcPeeringConnectionId",
)
_LOCAL, _OWN_DNS = "local", "AmazonProvidedDNS"


@dataclass(frozen=True)
class Way:
    """A way out or in: the resource, the path of the property that opens it, what it is, and what would be none."""

    resource: Resource
    path: str
    found: str
    wanted: str


def ways(template: Template) -> Iterator[Way]:
    """Yield every way out of the template's networks, or into them, that is certain or cannot be excluded."""
    for resource in template.resources.values():
        if may_join(resource.type):
            yield Way(resource, "Type", resource.type, "none: it may lead out of the network, or into it")
        elif resource.type not in (*QUIET, FUNCTION):
            yield from _stranger(template, resource)
        yield from _public(template, resource)
    for route in template.of_type(ROUTE):
        yield from _route(template, route)
    for subnet in template.of_type(SUBNET):
        yield from _subnet(template, subnet)
    for block in template.of_type(CIDR_BLOCK):
        yield from _set(template, block, _IPV6_VPC)
        if not is_off(template.value(block, "AmazonProvidedIpv6CidrBlock")):
            found = shown(template, block.properties["AmazonProvidedIpv6CidrBlock"])
            yield Way(block, "AmazonProvidedIpv6CidrBlock", found, "no IPv6: its addresses are public")
    yield from _endpoints(template)
    yield from _names(template)


def _public(template: Template, resource: Resource) -> Iterator[Way]:
    for path, raw in walk(resource.properties):
        if path.rpartition(".")[2] not in _PUBLIC:
            continue
        value = template.resolve(raw)
        if value is not None and str(value).lower() not in _NOT_PUBLIC:
            yield Way(resource, path, shown(template, raw), "false: no public addresses")


def _stranger(template: Template, resource: Resource) -> Iterator[Way]:
    """Yield what else than a function stands in the network: it may be reached from elsewhere, or reach it."""
    for path, raw in template.leaves(resource):
        if not _PLACES.search(_INDEX.sub("", path).rpartition(".")[2]):
            continue
        for item in items_of(template, raw):
            if any(pointed(template, item, kind) for kind in (SUBNET, GROUP, VPC)):
                yield Way(resource, path, f"{resource.type} in the network", "functions and endpoints alone in it")
                break


def _set(template: Template, resource: Resource, names: tuple[str, ...]) -> Iterator[Way]:
    for name in names:
        if template.value(resource, name) is not None:
            yield Way(resource, name, shown(template, resource.properties[name]), "no IPv6: its addresses are public")


def _route(template: Template, route: Resource) -> Iterator[Way]:
    targets = [name for name in _TARGETS if template.value(route, name) is not None]
    for name in targets or ("GatewayId",):
        raw = route.properties.get(name)
        endpoint = pointed(template, raw, ENDPOINT)
        own = network_of(template).endpoints.get(endpoint.logical_id) if endpoint else None
        # A gateway's routes are made with it, and read back.
        if name == "GatewayId" and (template.text(raw) == _LOCAL or (own and own.kind == GATEWAY)):
            continue
        yield Way(route, name, f"a route to {shown(template, raw)}", "no route but to the network itself")


def _subnet(template: Template, subnet: Resource) -> Iterator[Way]:
    own = network_of(template).subnets[subnet.logical_id]
    if own.vpc is None:
        found = shown(template, subnet.properties.get("VpcId"))
        yield Way(subnet, "VpcId", found, "a VPC of these templates: another one's ways out cannot be resolved")
    if ROUTE_TABLE in own.unsure:
        wanted = "one route table of these templates: another one's routes cannot be resolved"
        yield Way(subnet, "", f"a route table that {UNRESOLVED}", wanted)
    yield from _set(template, subnet, _IPV6_SUBNET)
    for name in ("Ipv6Native", "EnableDns64"):
        if flag(template.value(subnet, name)) not in (None, False):
            yield Way(subnet, name, shown(template, subnet.properties[name]), "no IPv6")
    if template.value(subnet, "OutpostArn") is not None:
        found = f"a subnet on an Outpost, {shown(template, subnet.properties['OutpostArn'])}"
        yield Way(subnet, "OutpostArn", found, "a subnet of the region: an Outpost is part of a network elsewhere")


def _endpoints(template: Template) -> Iterator[Way]:
    for endpoint in network_of(template).endpoints.values():
        own = endpoint.resource
        for name in ("ServiceNetworkArn", "ResourceConfigurationArn", "ServiceRegion"):
            value = template.value(own, name)
            if value is not None and value != template.region:
                yield Way(own, name, shown(template, own.properties[name]), "a service of AWS in its own region")
        if not endpoint.service and "ServiceName" in own.properties:
            found = shown(template, own.properties["ServiceName"])
            yield Way(
                own, "ServiceName", found, f"a service of AWS in {template.region}, com.amazonaws.{template.region}.*"
            )


def _names(template: Template) -> Iterator[Way]:
    """Yield other servers of names than the network's own: what they are asked leaves it."""
    for options in template.of_type(DHCP):
        servers = items_of(template, options.properties.get("DomainNameServers"))
        if servers != [_OWN_DNS] and servers:
            found = ", ".join(UNRESOLVED if one is UNKNOWN else str(one) for one in servers)
            yield Way(options, "DomainNameServers", found, _OWN_DNS)
    for association in template.of_type(DHCP_OF_VPC):
        raw = association.properties.get("DhcpOptionsId")
        if template.text(raw) != "default" and not template.target_of(raw, DHCP):
            yield Way(association, "DhcpOptionsId", shown(template, raw), "options of these templates, or default")
