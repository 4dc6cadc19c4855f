"""What stands in a network: endpoints of services, flow logs, and whatever else has an address there.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags
from hallmark.observe.readers.network_rules import group_of
from hallmark.observe.readers.networks import SUBNET, TABLE, VPC, inside, named, own_networks

ENDPOINT, FLOW_LOG = "AWS::EC2::VPCEndpoint", "AWS::EC2::FlowLog"
INTERFACE, INSTANCE, ADDRESS = (f"AWS::EC2::{name}" for name in ("NetworkInterface", "Instance", "EIPAssociation"))
_ENDPOINT = ("VpcEndpointType", "ServiceName", "IpAddressType", "DnsOptions", "ResourceConfigurationArn")
_FLOW_LOG = (
    *("TrafficType", "LogDestinationType", "LogDestination", "LogGroupName", "LogFormat", "MaxAggregationInterval"),
    *("DeliverLogsPermissionArn", "DeliverCrossAccountRole", "DestinationOptions"),
    # No property: it is there where nothing can be delivered.
    "DeliverLogsErrorMessage",
)
_OVER = ("deleted", "deleting", "rejected", "expired", "failed")
# Interfaces that a service makes for what is read otherwise.
_OF_SERVICES = ("lambda", "vpc_endpoint", "nat_gateway", "gateway_load_balancer_endpoint", "interface_endpoint")
# Type -> the operation, where it lists, the field with the id, and what is shown of each beside the network.
_OTHERS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "AWS::EC2::NatGateway": (
        *("describe_nat_gateways", "NatGateways", "NatGatewayId"),
        ("SubnetId", "ConnectivityType"),
    ),
    "AWS::EC2::TransitGatewayAttachment": (
        *("describe_transit_gateway_vpc_attachments", "TransitGatewayVpcAttachments", "TransitGatewayAttachmentId"),
        ("TransitGatewayId", "SubnetIds"),
    ),
    "AWS::EC2::InstanceConnectEndpoint": (
        *("describe_instance_connect_endpoints", "InstanceConnectEndpoints", "InstanceConnectEndpointId"),
        ("SubnetId", "SecurityGroupIds"),
    ),
    "AWS::EC2::ClientVpnEndpoint": (
        *("describe_client_vpn_endpoints", "ClientVpnEndpoints", "ClientVpnEndpointId"),
        ("SecurityGroupIds", "ClientCidrBlock"),
    ),
    "AWS::EC2::CarrierGateway": ("describe_carrier_gateways", "CarrierGateways", "CarrierGatewayId", ()),
}


def endpoints(deployment: Deployment) -> Iterator[Thing]:
    """Yield the endpoints with what may go through them."""
    for one in inside(deployment, "describe_vpc_endpoints", "VpcEndpoints"):
        if one.get("State", "").lower() in _OVER:
            continue
        properties = {"VpcId": named(deployment, VPC, one["VpcId"]), **picked(one, *_ENDPOINT)}
        properties["PrivateDnsEnabled"] = one.get("PrivateDnsEnabled", False)
        lists = {
            "SubnetIds": [named(deployment, SUBNET, of) for of in one.get("SubnetIds", [])],
            "RouteTableIds": [named(deployment, TABLE, of) for of in one.get("RouteTableIds", [])],
            "SecurityGroupIds": _groups(deployment, one),
        }
        properties |= {name: found for name, found in lists.items() if found}
        if document := one.get("PolicyDocument"):
            properties["PolicyDocument"] = json.loads(document)
        yield Thing(ENDPOINT, one["VpcEndpointId"], properties | tags(one.get("Tags")))


def _groups(deployment: Deployment, endpoint: Json) -> list[Any]:
    """Return the groups of an endpoint; none where it has its network's own alone, as one has that names none."""
    found = [group_of(deployment, of["GroupId"]) for of in endpoint.get("Groups", [])]
    own = [of for of in found if isinstance(of, dict) and "Fn::GetAtt" in of]
    return [] if found == own else found


def flow_logs(deployment: Deployment) -> Iterator[Thing]:
    """Yield the flow logs of networks, subnets and interfaces."""
    networks = own_networks(deployment)
    kinds = dict.fromkeys(networks, ("VPC", VPC))
    kinds |= {one["SubnetId"]: ("Subnet", SUBNET) for one in inside(deployment, "describe_subnets", "Subnets")}
    kinds |= {one["NetworkInterfaceId"]: ("NetworkInterface", INTERFACE) for one in _all_interfaces(deployment)}
    for one in deployment.pages("ec2", "describe_flow_logs", "FlowLogs") if networks else []:
        if one["ResourceId"] in kinds:
            name, kind = kinds[one["ResourceId"]]
            properties = {"ResourceId": named(deployment, kind, one["ResourceId"]), "ResourceType": name}
            yield Thing(FLOW_LOG, one["FlowLogId"], properties | picked(one, *_FLOW_LOG) | tags(one.get("Tags")))


def _all_interfaces(deployment: Deployment) -> Iterator[Json]:
    yield from inside(deployment, "describe_network_interfaces", "NetworkInterfaces")


def interfaces(deployment: Deployment) -> Iterator[Thing]:
    """Yield the interfaces of anything that the stage does not have, but for those of an instance."""
    for one in _all_interfaces(deployment):
        if one.get("InterfaceType") not in _OF_SERVICES and not _instance_of(one):
            groups = [group_of(deployment, of["GroupId"]) for of in one.get("Groups", [])]
            properties = {"SubnetId": named(deployment, SUBNET, one["SubnetId"]), "GroupSet": groups}
            public = (one.get("Association") or {}).get("PublicIp")
            properties |= picked(one, "Description") | ({"PublicIp": public} if public else {})
            yield Thing(INTERFACE, one["NetworkInterfaceId"], properties | tags(one.get("TagSet")))


def _instance_of(interface: Json) -> str:
    return str((interface.get("Attachment") or {}).get("InstanceId", ""))


def instances(deployment: Deployment) -> Iterator[Thing]:
    """Yield the instances that stand in a network, by their interfaces."""
    found: dict[str, Json] = {}
    for one in _all_interfaces(deployment):
        if name := _instance_of(one):
            groups = [group_of(deployment, of["GroupId"]) for of in one.get("Groups", [])]
            own = {"SubnetId": named(deployment, SUBNET, one["SubnetId"]), "SecurityGroupIds": groups}
            found[name] = found.get(name, own)
    yield from (Thing(INSTANCE, name, properties) for name, properties in found.items())


def addresses(deployment: Deployment) -> Iterator[Thing]:
    """Yield the public addresses that somebody gave to an interface of a function or an endpoint."""
    for one in _all_interfaces(deployment):
        own = one.get("Association") or {}
        if own.get("AssociationId") and one.get("InterfaceType") in _OF_SERVICES and "nat" not in one["InterfaceType"]:
            properties = {"NetworkInterfaceId": one["NetworkInterfaceId"], **picked(own, "AllocationId")}
            yield Thing(ADDRESS, own["AssociationId"], properties)


def _other(kind: str, deployment: Deployment) -> Iterator[Thing]:
    operation, key, name, shown = _OTHERS[kind]
    for one in inside(deployment, operation, key):
        state = one.get("State", one.get("Status", {}))
        if str(state.get("Code") if isinstance(state, dict) else state).removesuffix("-complete") not in _OVER:
            properties = {"VpcId": named(deployment, VPC, one["VpcId"]), **picked(one, *shown)}
            if subnet := properties.get("SubnetId"):
                properties["SubnetId"] = named(deployment, SUBNET, subnet)
            yield Thing(kind, one[name], properties | tags(one.get("Tags")))


READERS = {
    ENDPOINT: endpoints,
    FLOW_LOG: flow_logs,
    INTERFACE: interfaces,
    INSTANCE: instances,
    ADDRESS: addresses,
    **{kind: partial(_other, kind) for kind in _OTHERS},
}
