"""A template's networks: VPCs with subnets, route tables, groups, ACLs and endpoints, and where functions stand.

https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
"""

import re
from typing import Any

from policies.engine.kinds import FUNCTION
from policies.engine.network.pointers import (
    ACL,
    ENDPOINT,
    GROUP,
    ROUTE_TABLE,
    SUBNET,
    VPC,
    all_pointed,
    default_of,
    items_of,
    pointed,
)
from policies.engine.network.rules import rules_of
from policies.engine.network.things import Endpoint, Group, Network, Place, Subnet
from policies.engine.network.zones import zone_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import flag, is_true

__all__ = [
    "Endpoint",
    "Group",
    "Network",
    "Place",
    "Subnet",
    "network_of",
    "place_of",
    "resolves_names",
    "service_of_endpoint",
]

TABLE_OF_SUBNET = "AWS::EC2::SubnetRouteTableAssociation"
ACL_OF_SUBNET = "AWS::EC2::SubnetNetworkAclAssociation"
GATEWAY, INTERFACE = "Gateway", "Interface"
# Services of others have names of another form, com.amazonaws.vpce.<region>.vpce-svc-<id>.
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_SERVICE = re.compile(r"(?:com\.amazonaws|aws\.[a-z0-9-]+)\.(?P<region>[a-z0-9-]+)\.(?P<service>[a-z0-9.-]+)")
# What an endpoint's properties may be for calls by IPv4 from inside of its network.
_BY_IPV4: dict[str, tuple[str | None, ...]] = {
    "IpAddressType": (None, "ipv4", "dualstack"),
    "DnsOptions.DnsRecordIpType": (None, "ipv4", "dualstack", "service-defined"),
    "DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint": (None, "AllResolvers"),
}
# Stands for the template's own region, which may be unknown.
_HERE = "here"


def network_of(template: Template) -> Network:
    """Return the networks of a template, read once."""
    return template.once(network_of, lambda: _read(template))


def resolves_names(template: Template, vpc: Resource) -> bool:
    """Return whether a VPC certainly has DNS support and hostnames, which private DNS of an endpoint needs.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns-support.html
    """
    support = flag(template.value(vpc, "EnableDnsSupport"))
    return support in (None, True) and is_true(template, vpc.properties.get("EnableDnsHostnames"))


def _read(template: Template) -> Network:
    return Network(
        vpcs={one.logical_id: one for one in template.of_type(VPC)},
        subnets={one.logical_id: _subnet(template, one) for one in template.of_type(SUBNET)},
        groups={one.logical_id: _group(template, one) for one in template.of_type(GROUP)},
        endpoints={one.logical_id: _endpoint(template, one) for one in template.of_type(ENDPOINT)},
        places={one.logical_id: place_of(template, one) for one in template.of_type(FUNCTION)},
    )


def _vpc(template: Template, resource: Resource) -> Resource | None:
    return pointed(template, resource.properties.get("VpcId"), VPC)


def _subnet(template: Template, subnet: Resource) -> Subnet:
    table, unsure_table = _associated(template, subnet, TABLE_OF_SUBNET, "RouteTableId", ROUTE_TABLE)
    acl, unsure_acl = _associated(template, subnet, ACL_OF_SUBNET, "NetworkAclId", ACL)
    unsure = tuple(kind for kind, one in ((ROUTE_TABLE, unsure_table), (ACL, unsure_acl)) if one)
    return Subnet(subnet, _vpc(template, subnet), zone_of(template, subnet), table, acl, unsure)


def _associated(
    template: Template, subnet: Resource, association: str, name: str, kind: str
) -> tuple[Resource | None, bool]:
    """Return what is associated with a subnet, and whether that cannot be resolved."""
    found: list[Resource | None] = []
    for one in template.of_type(association):
        own = pointed(template, one.properties.get("SubnetId"), SUBNET)
        if own is None:
            # It may be of this subnet.
            found.append(None)
        elif own.logical_id == subnet.logical_id and not (
            kind == ACL and default_of(template, one.properties.get(name), ACL)
        ):
            found.append(pointed(template, one.properties.get(name), kind))
    return (found[0], False) if len(found) == 1 and found[0] else (None, bool(found))


def _group(template: Template, group: Resource) -> Group:
    ingress, egress = rules_of(template, group, "ingress"), rules_of(template, group, "egress")
    return Group(group, _vpc(template, group), ingress, egress)


def _endpoint(template: Template, endpoint: Resource) -> Endpoint:
    own = endpoint.properties
    kind = str(template.text(own.get("VpcEndpointType", GATEWAY)) or "")
    return Endpoint(
        resource=endpoint,
        vpc=_vpc(template, endpoint),
        service=service_of_endpoint(template, own.get("ServiceName")),
        kind=kind,
        unnamed=_unnamed(template, endpoint),
        subnets=all_pointed(template, own.get("SubnetIds"), SUBNET),
        groups=all_pointed(template, own.get("SecurityGroupIds"), GROUP),
        tables=all_pointed(template, own.get("RouteTableIds"), ROUTE_TABLE),
        in_default_group=kind != GATEWAY and _is_default(template, own.get("SecurityGroupIds")),
    )


def _unnamed(template: Template, endpoint: Resource) -> str:
    """Return the property for which an endpoint's service may have another address than its own, by IPv4.

    https://docs.aws.amazon.com/vpc/latest/APIReference/API_DnsOptionsSpecification.html
    """
    if not is_true(template, endpoint.properties.get("PrivateDnsEnabled")):
        return "PrivateDnsEnabled"
    for path, fine in _BY_IPV4.items():
        if template.value(endpoint, path) not in fine:
            return path
    return ""


def service_of_endpoint(template: Template, name: Any) -> str:
    """Return which of AWS's services of the template's own region a name is."""
    found = _SERVICE.fullmatch((template.text(name) or "").replace(template.region, _HERE))
    return found["service"] if found and found["region"] == _HERE else ""


def _is_default(template: Template, groups: Any) -> bool:
    found = items_of(template, groups)
    return not found or any(default_of(template, one, GROUP) for one in found)


def place_of(template: Template, function: Resource) -> Place:
    """Return where a function stands."""
    config = template.structure(function.properties.get("VpcConfig"))
    if config is None:
        return Place(function, (), ())
    if not isinstance(config, dict):
        return Place(function, (None,), (None,))
    subnets, groups = config.get("SubnetIds"), config.get("SecurityGroupIds")
    return Place(function, all_pointed(template, subnets, SUBNET), all_pointed(template, groups, GROUP))
