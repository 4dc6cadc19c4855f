"""What somebody changes by hand of a network is named, and nothing when it is undone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hallmark.observe import observe
from hallmark.observe.drift import drift
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator
from tests.integration.embedded.network_stacks import (
    EC2,
    NETWORK,
    REGION,
    TEMPLATES,
    declared,
    deployed,
    made,
    of,
    physical_ids,
)

Change = Callable[[Any, dict[str, str]], Iterator[None]]


@pytest.fixture(scope="module")
def stage(running_emulator: Emulator) -> Iterator[DeployedStage]:
    """The three stacks, which are deleted at the end, in order."""
    with deployed(running_emulator) as stage:
        yield stage


@pytest.fixture(scope="module")
def ids(stage: DeployedStage) -> dict[str, str]:
    """The physical ids of the network's resources."""
    return physical_ids(stage)


ANYWHERE = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def _a_way_in(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.authorize_security_group_ingress(GroupId=ids["Functions"], IpPermissions=ANYWHERE)
    yield
    ec2.revoke_security_group_ingress(GroupId=ids["Functions"], IpPermissions=ANYWHERE)


def _a_rule_less(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    rule = [
        {
            **{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443},
            "UserIdGroupPairs": [{"GroupId": ids["Functions"], "Description": "from functions"}],
        }
    ]
    ec2.revoke_security_group_ingress(GroupId=ids["Endpoints"], SecurityGroupRuleIds=[ids["In"]])
    yield
    ec2.authorize_security_group_ingress(GroupId=ids["Endpoints"], IpPermissions=rule)


def _no_rule_of_a_group(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    (found,) = ec2.describe_security_groups(GroupIds=[ids["Endpoints"]])["SecurityGroups"]
    ec2.revoke_security_group_ingress(GroupId=ids["Endpoints"], IpPermissions=found["IpPermissions"])
    yield
    ec2.authorize_security_group_ingress(GroupId=ids["Endpoints"], IpPermissions=found["IpPermissions"])


def _a_way_out(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=ids["Vpc"])
    ec2.create_route(RouteTableId=ids["Table"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    yield
    ec2.delete_route(RouteTableId=ids["Table"], DestinationCidrBlock="0.0.0.0/0")
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=ids["Vpc"])
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def _public_addresses(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.modify_subnet_attribute(SubnetId=ids["One"], MapPublicIpOnLaunch={"Value": True})
    yield
    ec2.modify_subnet_attribute(SubnetId=ids["One"], MapPublicIpOnLaunch={"Value": False})


def _an_open_endpoint(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[ids["S3"]])["VpcEndpoints"]
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["S3"], ResetPolicy=True)
    yield
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["S3"], PolicyDocument=found["PolicyDocument"])


def _names_of_others(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["States"], PrivateDnsEnabled=False)
    yield
    ec2.modify_vpc_endpoint(VpcEndpointId=ids["States"], PrivateDnsEnabled=True)


def _another_endpoint(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    asked = {"VpcId": ids["Vpc"], "ServiceName": f"com.amazonaws.{REGION}.sqs", "VpcEndpointType": "Interface"}
    made = ec2.create_vpc_endpoint(**asked, SubnetIds=[ids["One"]])["VpcEndpoint"]["VpcEndpointId"]
    yield
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


def _a_peering(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    other = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    peering = ec2.create_vpc_peering_connection(VpcId=other, PeerVpcId=ids["Vpc"])["VpcPeeringConnection"]
    yield
    ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    ec2.delete_vpc(VpcId=other)


def _an_interface(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    made = ec2.create_network_interface(SubnetId=ids["One"], Groups=[ids["Functions"]])["NetworkInterface"]
    yield
    ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])


def _an_open_list(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    entry = {"NetworkAclId": ids["List"], "RuleNumber": 50, "Egress": True}
    ec2.create_network_acl_entry(**entry, Protocol="-1", RuleAction="allow", CidrBlock="0.0.0.0/0")
    yield
    ec2.delete_network_acl_entry(**entry)


def _another_list(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    listed = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [ids["Vpc"]]}])["NetworkAcls"]
    own = {of["SubnetId"]: of["NetworkAclAssociationId"] for one in listed for of in one["Associations"]}
    first = next(one["NetworkAclId"] for one in listed if one["IsDefault"])
    made = ec2.replace_network_acl_association(AssociationId=own[ids["One"]], NetworkAclId=ids["List"])
    yield
    ec2.replace_network_acl_association(AssociationId=made["NewAssociationId"], NetworkAclId=first)


def _all_through_the_own_group(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    listed = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [ids["Vpc"]]}])["SecurityGroups"]
    group = next(one["GroupId"] for one in listed if one["GroupName"] == "default")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=ANYWHERE)
    yield
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=ANYWHERE)


def _no_names(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    ec2.modify_vpc_attribute(VpcId=ids["Vpc"], EnableDnsHostnames={"Value": False})
    yield
    ec2.modify_vpc_attribute(VpcId=ids["Vpc"], EnableDnsHostnames={"Value": True})


def _no_flow_log(ec2: Any, ids: dict[str, str]) -> Iterator[None]:
    asked = {"ResourceIds": [ids["Two"]], "ResourceType": "Subnet", "TrafficType": "ACCEPT", "LogGroupName": "a"}
    (made,) = ec2.create_flow_logs(**asked, DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/a")["FlowLogIds"]
    yield
    ec2.delete_flow_logs(FlowLogIds=[made])


# Change -> the types and paths that drift names; a `+` is a resource that nobody declared.
CHANGES: dict[Change, set[tuple[str, str]]] = {
    _a_way_in: {("SecurityGroup", "SecurityGroupIngress")},
    _a_rule_less: {("SecurityGroupIngress", "missing")},
    _no_rule_of_a_group: {("SecurityGroupIngress", "missing")},
    _a_way_out: {("InternetGateway", "+"), ("VPCGatewayAttachment", "+"), ("Route", "+")},
    _public_addresses: {("Subnet", "MapPublicIpOnLaunch")},
    _an_open_endpoint: {("VPCEndpoint", "PolicyDocument")},
    _names_of_others: {("VPCEndpoint", "PrivateDnsEnabled")},
    _another_endpoint: {("VPCEndpoint", "+")},
    _a_peering: {("VPCPeeringConnection", "+")},
    _an_interface: {("NetworkInterface", "+")},
    _an_open_list: {("NetworkAclEntry", "+")},
    _another_list: {("SubnetNetworkAclAssociation", "+")},
    _all_through_the_own_group: {("SecurityGroupIngress", "+")},
    _no_names: {("VPC", "EnableDnsHostnames")},
    _no_flow_log: {("FlowLog", "+")},
}


def _key(kind: str, change: str, path: str) -> tuple[str, str]:
    place = {"added": "+", "missing": "missing"}.get(change, path.partition(".")[0].partition("[")[0])
    return kind.removeprefix(EC2), place


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_a_change_by_hand_is_named(stage: DeployedStage, ids: dict[str, str], change: Change) -> None:
    with contextmanager(change)(stage.client("ec2"), ids):
        found = {_key(one.type, one.change, one.path) for one in drift(declared(), observe(stage))}
    assert found == CHANGES[change]
    assert drift(declared(), observe(stage)) == []


def test_a_rule_that_is_there_is_refused(stage: DeployedStage, ids: dict[str, str], unique: str) -> None:
    rule = TEMPLATES[NETWORK]["Resources"]["Out"]["Properties"] | {"GroupId": ids["Functions"]}
    assert made(stage, unique, {"Resources": {"Again": of("EC2::SecurityGroupEgress", **rule)}}) == "ROLLBACK_COMPLETE"
