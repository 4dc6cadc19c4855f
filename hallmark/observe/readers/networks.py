"""Networks with their subnets and routes, and whatever leads out of them or into them.

What is in a network of the stage is the stage's, whoever made it; what AWS makes with every network is left out while
it is as AWS makes it. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations_Amazon_VPC.html
"""

from collections.abc import Iterator
from typing import Any

from hallmark.naming import is_of
from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags

VPC, SUBNET, TABLE = "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::RouteTable"
ASSOCIATION, PROPAGATION = "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPNGatewayRoutePropagation"
INTERNET, ATTACHMENT = "AWS::EC2::InternetGateway", "AWS::EC2::VPCGatewayAttachment"
_SUBNET = (
    *("CidrBlock", "AvailabilityZone", "Ipv6Native", "OutpostArn", "PrivateDnsNameOptionsOnLaunch"),
    "EnableLniAtDeviceIndex",
)
_SUBNET_FLAGS = ("AssignIpv6AddressOnCreation", "EnableDns64", "MapPublicIpOnLaunch")
# Where a route leads, with the type of what it names.
_TARGETS = {
    "GatewayId": INTERNET,
    "NatGatewayId": "AWS::EC2::NatGateway",
    "EgressOnlyInternetGatewayId": "AWS::EC2::EgressOnlyInternetGateway",
    "VpcPeeringConnectionId": "AWS::EC2::VPCPeeringConnection",
    "TransitGatewayId": "AWS::EC2::TransitGateway",
    "NetworkInterfaceId": "AWS::EC2::NetworkInterface",
    "InstanceId": "AWS::EC2::Instance",
    "CarrierGatewayId": "AWS::EC2::CarrierGateway",
    "LocalGatewayId": "AWS::EC2::LocalGateway",
    "CoreNetworkArn": "AWS::NetworkManager::CoreNetwork",
    "OdbNetworkArn": "AWS::ODB::OdbNetwork",
}
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def own_networks(deployment: Deployment) -> dict[str, Json]:
    """Return the stage's networks by their ids: its stacks made them, or their Name tag has the stage's form."""
    listed = deployment.pages("ec2", "describe_vpcs", "Vpcs")
    return {
        one["VpcId"]: one
        for one in listed
        if deployment.made(VPC, one["VpcId"]) or is_of(deployment.stage, name_tag(one.get("Tags")))
    }


def name_tag(found: Any) -> str:
    """Return the Name among tags; empty without one."""
    return next((str(one["Value"]) for one in found or [] if one["Key"] == "Name"), "")


def inside(deployment: Deployment, operation: str, key: str) -> Iterator[Json]:
    """Yield what an operation lists and is in one of the stage's networks."""
    networks = own_networks(deployment)
    listed = deployment.pages("ec2", operation, key) if networks else []
    yield from (one for one in listed if one.get("VpcId") in networks)


def named(deployment: Deployment, kind: str, name: str) -> Any:
    """Return a reference to what the stage's stacks made, else the id as it is."""
    return deployment.ref(kind, name) if deployment.made(kind, name) else name


def networks(deployment: Deployment) -> Iterator[Thing]:
    """Yield the networks, with what they resolve."""
    for name, one in own_networks(deployment).items():
        properties = picked(one, "CidrBlock", "InstanceTenancy")
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            found = deployment.asked("ec2", "describe_vpc_attribute", VpcId=name, Attribute=attribute)
            key = f"{attribute[0].upper()}{attribute[1:]}"
            properties[key] = (found.get(key) or {}).get("Value", False)
        yield Thing(VPC, name, properties | tags(one.get("Tags")))


def ranges(deployment: Deployment) -> Iterator[Thing]:
    """Yield the further ranges of addresses of a network."""
    for name, network in own_networks(deployment).items():
        listed = network.get("CidrBlockAssociationSet", []) + network.get("Ipv6CidrBlockAssociationSet", [])
        for one in listed:
            state = (one.get("CidrBlockState") or one.get("Ipv6CidrBlockState") or {}).get("State")
            if one.get("CidrBlock") != network["CidrBlock"] and state not in ("disassociated", "failed"):
                properties = {"VpcId": named(deployment, VPC, name), **picked(one, "CidrBlock", "Ipv6CidrBlock")}
                yield Thing("AWS::EC2::VPCCidrBlock", one["AssociationId"], properties)


def resolvers(deployment: Deployment) -> Iterator[Thing]:
    """Yield which network resolves names elsewhere than with AWS, so that endpoints' private names mean others."""
    listed = {one["DhcpOptionsId"]: one for one in deployment.pages("ec2", "describe_dhcp_options", "DhcpOptions")}
    for name, network in own_networks(deployment).items():
        options = network.get("DhcpOptionsId", "default")
        found = {one["Key"]: one["Values"] for one in listed.get(options, {}).get("DhcpConfigurations", [])}
        servers = [one["Value"] for one in found.get("domain-name-servers", [])]
        if options in listed and servers != ["AmazonProvidedDNS"]:
            properties = {"VpcId": named(deployment, VPC, name), "DhcpOptionsId": options}
            yield Thing("AWS::EC2::VPCDHCPOptionsAssociation", f"{name}|{options}", properties)


def subnets(deployment: Deployment) -> Iterator[Thing]:
    """Yield the subnets."""
    for one in inside(deployment, "describe_subnets", "Subnets"):
        properties = {"VpcId": named(deployment, VPC, one["VpcId"]), **picked(one, *_SUBNET)}
        properties |= {flag: one[flag] for flag in _SUBNET_FLAGS if flag in one}
        if own := [of["Ipv6CidrBlock"] for of in one.get("Ipv6CidrBlockAssociationSet", [])]:
            properties["Ipv6CidrBlock"] = own[0]
        yield Thing(SUBNET, one["SubnetId"], properties | tags(one.get("Tags")))


def _tables(deployment: Deployment) -> Iterator[Json]:
    yield from inside(deployment, "describe_route_tables", "RouteTables")


def tables(deployment: Deployment) -> Iterator[Thing]:
    """Yield the tables of routes, but for the one that comes with a network."""
    for one in _tables(deployment):
        is_main = any(of.get("Main") for of in one.get("Associations", []))
        if deployment.made(TABLE, one["RouteTableId"]) or not is_main:
            properties = {"VpcId": named(deployment, VPC, one["VpcId"]), **tags(one.get("Tags"))}
            yield Thing(TABLE, one["RouteTableId"], properties)


def associations(deployment: Deployment) -> Iterator[Thing]:
    """Yield which subnet has which table; one without an entry has its network's own."""
    for one in _tables(deployment):
        for of in one.get("Associations", []):
            if subnet := of.get("SubnetId"):
                properties = {
                    "SubnetId": named(deployment, SUBNET, subnet),
                    "RouteTableId": named(deployment, TABLE, one["RouteTableId"]),
                }
                # A subnet has one: it is known by its subnet where somebody made it again.
                name = of["RouteTableAssociationId"]
                parts = () if deployment.made(ASSOCIATION, name) else ("SubnetId",)
                yield Thing(ASSOCIATION, name, properties, parts)


def propagations(deployment: Deployment) -> Iterator[Thing]:
    """Yield which gateway of a VPN writes its routes into a table."""
    for one in _tables(deployment):
        for of in one.get("PropagatingVgws", []):
            properties = {"RouteTableIds": [named(deployment, TABLE, one["RouteTableId"])]}
            properties |= {"VpnGatewayId": of["GatewayId"]}
            facts = {"Table": one["RouteTableId"]}
            yield Thing(PROPAGATION, f"{one['RouteTableId']}|{of['GatewayId']}", properties, facts=facts)


def routes(deployment: Deployment) -> Iterator[Thing]:
    """Yield the routes, but for those within a network and to a gateway endpoint, which names its tables."""
    for one in _tables(deployment):
        for route in one.get("Routes", []):
            is_local = route.get("GatewayId") == "local" and route.get("Origin") == "CreateRouteTable"
            is_endpoint = route.get("GatewayId", "").startswith("vpce-") and "DestinationPrefixListId" in route
            if is_local or is_endpoint:
                continue
            to = next((route[key] for key in _DESTINATIONS if route.get(key)), "")
            targets = {key: named(deployment, kind, route[key]) for key, kind in _TARGETS.items() if route.get(key)}
            own = {"RouteTableId": named(deployment, TABLE, one["RouteTableId"]), **picked(route, *_DESTINATIONS)}
            yield Thing("AWS::EC2::Route", f"{one['RouteTableId']}|{to}", own | targets)


def _attached(deployment: Deployment, operation: str, key: str, field: str) -> Iterator[tuple[Json, str]]:
    """Yield gateways that are attached to a network of the stage, with its id."""
    networks = own_networks(deployment)
    for one in deployment.pages("ec2", operation, key) if networks else []:
        states = {of["VpcId"]: of.get("State") for of in one.get(field, []) if of.get("VpcId") in networks}
        yield from ((one, name) for name, state in states.items() if state not in ("detached", "detaching"))


def internet_gateways(deployment: Deployment) -> Iterator[Thing]:
    """Yield the gateways to the internet that a network has."""
    for one, _ in _attached(deployment, "describe_internet_gateways", "InternetGateways", "Attachments"):
        yield Thing(INTERNET, one["InternetGatewayId"], tags(one.get("Tags")))


def attachments(deployment: Deployment) -> Iterator[Thing]:
    """Yield which gateway, to the internet or to a VPN, a network has."""
    kinds = (
        ("describe_internet_gateways", "InternetGateways", "Attachments", "InternetGatewayId", "IGW"),
        ("describe_vpn_gateways", "VpnGateways", "VpcAttachments", "VpnGatewayId", "VGW"),
    )
    for operation, key, field, name, short in kinds:
        for one, network in _attached(deployment, operation, key, field):
            gateway = named(deployment, INTERNET if short == "IGW" else "AWS::EC2::VPNGateway", one[name])
            yield Thing(ATTACHMENT, f"{short}|{network}", {"VpcId": named(deployment, VPC, network), name: gateway})


def egress_gateways(deployment: Deployment) -> Iterator[Thing]:
    """Yield the gateways out of a network for addresses of IPv6."""
    operation, key = "describe_egress_only_internet_gateways", "EgressOnlyInternetGateways"
    for one, network in _attached(deployment, operation, key, "Attachments"):
        properties = {"VpcId": named(deployment, VPC, network), **tags(one.get("Tags"))}
        yield Thing("AWS::EC2::EgressOnlyInternetGateway", one["EgressOnlyInternetGatewayId"], properties)


def peerings(deployment: Deployment) -> Iterator[Thing]:
    """Yield the networks that one of the stage's is joined with, whoever asked for it."""
    networks = own_networks(deployment)
    listed = deployment.pages("ec2", "describe_vpc_peering_connections", "VpcPeeringConnections") if networks else []
    for one in listed:
        asking, asked = (one[f"{side}VpcInfo"] for side in ("Requester", "Accepter"))
        over = ("deleted", "deleting", "rejected", "expired", "failed")
        if {asking.get("VpcId"), asked.get("VpcId")} & {*networks} and one["Status"]["Code"] not in over:
            properties = {"VpcId": named(deployment, VPC, asking.get("VpcId", ""))}
            properties |= {"PeerVpcId": named(deployment, VPC, asked.get("VpcId", "")), **tags(one.get("Tags"))}
            yield Thing("AWS::EC2::VPCPeeringConnection", one["VpcPeeringConnectionId"], properties)


READERS = {
    VPC: networks,
    "AWS::EC2::VPCCidrBlock": ranges,
    "AWS::EC2::VPCDHCPOptionsAssociation": resolvers,
    SUBNET: subnets,
    TABLE: tables,
    ASSOCIATION: associations,
    "AWS::EC2::Route": routes,
    PROPAGATION: propagations,
    # Before the gateways: what is attached cannot be deleted.
    ATTACHMENT: attachments,
    INTERNET: internet_gateways,
    "AWS::EC2::EgressOnlyInternetGateway": egress_gateways,
    "AWS::EC2::VPCPeeringConnection": peerings,
}
