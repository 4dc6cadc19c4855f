"""Calls about what stands in a network: errors as AWS names them, and what an answer shows afterwards."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.stage.embedded import stage_of
from hallmark.stage.embedded.emulator import Emulator
from tests.support.waiting import wait_for

Json = dict[str, Any]
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@pytest.fixture(scope="module")
def ec2(running_emulator: Emulator) -> Any:
    return stage_of(running_emulator, "screening", "calls").client("ec2")


@pytest.fixture
def vpc(ec2: Any) -> Iterator[str]:
    name = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    yield name
    ec2.delete_vpc(VpcId=name)


@pytest.fixture
def subnet(ec2: Any, vpc: str) -> Iterator[str]:
    name = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.1.0/24")["Subnet"]["SubnetId"]
    yield name
    ec2.delete_subnet(SubnetId=name)


def _refusal(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def _of(ec2: Any, operation: str, key: str, vpc: str) -> Any:
    return getattr(ec2, operation)(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[key]


def _gateway(ec2: Any, vpc: str) -> tuple[str, Callable[[], Any]]:
    name = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=name, VpcId=vpc)
    return name, lambda: ec2.detach_internet_gateway(InternetGatewayId=name, VpcId=vpc)


def _subnet(ec2: Any, vpc: str) -> tuple[str, Callable[[], Any]]:
    name = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.9.0/24")["Subnet"]["SubnetId"]
    return name, lambda: ec2.delete_subnet(SubnetId=name)


def _table(ec2: Any, vpc: str) -> tuple[str, Callable[[], Any]]:
    name = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    return name, lambda: ec2.delete_route_table(RouteTableId=name)


def _list(ec2: Any, vpc: str) -> tuple[str, Callable[[], Any]]:
    name = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    return name, lambda: ec2.delete_network_acl(NetworkAclId=name)


def _group(ec2: Any, vpc: str) -> tuple[str, Callable[[], Any]]:
    name = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="g")["GroupId"]
    return name, lambda: ec2.delete_security_group(GroupId=name)


def _endpoint(ec2: Any, vpc: str) -> tuple[str, Callable[[], Any]]:
    name = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3")["VpcEndpoint"]["VpcEndpointId"]
    return name, lambda: ec2.delete_vpc_endpoints(VpcEndpointIds=[name])


def _vpn(ec2: Any, vpc: str) -> tuple[str, Callable[[], Any]]:
    name = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpnGatewayId=name, VpcId=vpc)
    return name, lambda: ec2.detach_vpn_gateway(VpnGatewayId=name, VpcId=vpc)


@pytest.mark.parametrize("make", [_gateway, _subnet, _table, _list, _group, _endpoint, _vpn])
def test_a_network_with_something_in_it_is_not_deleted(ec2: Any, vpc: str, make: Any) -> None:
    _, take = make(ec2, vpc)
    assert _refusal(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    take()


def test_what_is_attached_or_associated_is_not_deleted(ec2: Any, vpc: str, subnet: str) -> None:
    table, take = _table(ec2, vpc)
    association = ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    assert _refusal(ec2.delete_route_table, RouteTableId=table) == "DependencyViolation"
    ec2.disassociate_route_table(AssociationId=association)
    take()
    gateway, detach = _gateway(ec2, vpc)
    assert _refusal(ec2.delete_internet_gateway, InternetGatewayId=gateway) == "DependencyViolation"
    detach()
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def test_what_comes_with_a_network_is_not_deleted(ec2: Any, vpc: str) -> None:
    (acl,), (table,) = _of(ec2, "describe_network_acls", "NetworkAcls", vpc), _of(ec2, *TABLES, vpc)
    assert _refusal(ec2.delete_network_acl, NetworkAclId=acl["NetworkAclId"]) == "OperationNotPermitted"
    assert _refusal(ec2.delete_route_table, RouteTableId=table["RouteTableId"]) == "DependencyViolation"


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("10.99.0.0/24", "InvalidSubnet.Range"),
        ("10.77.1.0/29", "InvalidSubnet.Range"),
        ("10.77.1.128/25", "InvalidSubnet.Conflict"),
        ("10.77.1.7/24", "InvalidSubnet.Conflict"),
        ("10.77.1", "InvalidParameterValue"),
    ],
)
def test_a_subnet_is_a_free_range_of_its_network(ec2: Any, vpc: str, subnet: str, block: str, code: str) -> None:
    assert _refusal(ec2.create_subnet, VpcId=vpc, CidrBlock=block) == code


@pytest.mark.parametrize(("name", "code"), [("sg-own", "InvalidParameterValue"), ("g", "InvalidGroup.Duplicate")])
def test_a_group_has_a_name_of_its_own(ec2: Any, vpc: str, name: str, code: str) -> None:
    _, take = _group(ec2, vpc)
    assert _refusal(ec2.create_security_group, VpcId=vpc, GroupName=name, Description="d") == code
    take()


@pytest.mark.parametrize(
    ("of", "code"),
    [
        ({"RouteTableIds": ["rtb-0123456789abcdef0"]}, "InvalidRouteTableId.NotFound"),
        ({"VpcEndpointType": "Interface", "SubnetIds": ["subnet-0123456789abcdef0"]}, "InvalidSubnetId.NotFound"),
        ({"VpcEndpointType": "Interface", "SecurityGroupIds": ["sg-01234567"]}, "InvalidSecurityGroupID.NotFound"),
    ],
)
def test_an_endpoint_names_what_its_network_has(ec2: Any, vpc: str, of: Json, code: str) -> None:
    assert _refusal(ec2.create_vpc_endpoint, VpcId=vpc, ServiceName="com.amazonaws.us-east-1.sqs", **of) == code


def test_an_endpoint_of_another_service_is_another_endpoint(running_emulator: Emulator) -> None:
    cloudformation = stage_of(running_emulator, "screening", "calls").client("cloudformation")

    def template(service: str) -> str:
        vpc = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.88.0.0/16"}}
        own = {"VpcId": {"Ref": "Vpc"}, "ServiceName": f"com.amazonaws.us-east-1.{service}"}
        way = {"Type": "AWS::EC2::VPCEndpoint", "Properties": {**own, "VpcEndpointType": "Interface"}}
        return json.dumps({"Resources": {"Vpc": vpc, "Way": way}})

    def made() -> str:
        state = lambda: cloudformation.describe_stacks(StackName="ways")["Stacks"][0]["StackStatus"]  # noqa: E731
        wait_for(lambda: state().endswith("_COMPLETE"), "the stack")
        found = cloudformation.describe_stack_resource(StackName="ways", LogicalResourceId="Way")
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    cloudformation.create_stack(StackName="ways", TemplateBody=template("sqs"))
    first = made()
    cloudformation.update_stack(StackName="ways", TemplateBody=template("sns"))
    assert made() != first
    cloudformation.delete_stack(StackName="ways")


TABLES = ("describe_route_tables", "RouteTables")


@pytest.mark.parametrize(
    "to",
    [
        {"DestinationCidrBlock": "0.0.0.0/0"},
        {"DestinationIpv6CidrBlock": "::/0"},
        {"DestinationPrefixListId": "pl-12345678"},
    ],
)
def test_a_route_has_its_destination_and_there_is_one(ec2: Any, vpc: str, to: Json) -> None:
    ((table,),) = (_of(ec2, *TABLES, vpc),)
    name = table["RouteTableId"]
    assert _refusal(ec2.delete_route, RouteTableId=name, **to) == "InvalidRoute.NotFound"
    ec2.create_route(RouteTableId=name, **to, EgressOnlyInternetGatewayId="eigw-1")
    assert _refusal(ec2.create_route, RouteTableId=name, **to, GatewayId="igw-1") == "RouteAlreadyExists"
    (found,) = (one for one in _of(ec2, *TABLES, vpc)[0]["Routes"] if {**one, **to} == one)
    assert found["EgressOnlyInternetGatewayId"] == "eigw-1"
    ec2.replace_route(RouteTableId=name, **to, VpcPeeringConnectionId="pcx-1")
    (found,) = (one for one in _of(ec2, *TABLES, vpc)[0]["Routes"] if {**one, **to} == one)
    assert found["VpcPeeringConnectionId"] == "pcx-1" and "EgressOnlyInternetGatewayId" not in found
    ec2.delete_route(RouteTableId=name, **to)


def test_the_local_route_stays(ec2: Any, vpc: str) -> None:
    ((table,),) = (_of(ec2, *TABLES, vpc),)
    call = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": "10.77.0.0/16"}
    assert _refusal(ec2.delete_route, **call) == "InvalidParameterValue"


def test_an_instance_has_an_interface_until_it_is_terminated(ec2: Any, vpc: str, subnet: str) -> None:
    made = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
    (own,) = _of(ec2, "describe_network_interfaces", "NetworkInterfaces", vpc)
    assert (own["SubnetId"], own["Attachment"]["InstanceId"]) == (subnet, made)
    assert _refusal(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    ec2.terminate_instances(InstanceIds=[made])
    assert not _of(ec2, "describe_network_interfaces", "NetworkInterfaces", vpc)


def test_an_interface_shows_its_public_address_and_its_groups(ec2: Any, vpc: str, subnet: str) -> None:
    name = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=name)["AssociationId"]
    (found,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[name])["NetworkInterfaces"]
    assert found["Association"]["AssociationId"] == made
    ec2.disassociate_address(AssociationId=made)
    group, take = _group(ec2, vpc)
    ec2.modify_network_interface_attribute(NetworkInterfaceId=name, Groups=[group])
    (found,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[name])["NetworkInterfaces"]
    assert "Association" not in found and [one["GroupId"] for one in found["Groups"]] == [group]
    ec2.delete_network_interface(NetworkInterfaceId=name)
    take()
    assert _refusal(ec2.describe_network_interfaces, NetworkInterfaceIds=[name]) == "InvalidNetworkInterfaceID.NotFound"


def test_a_rule_is_described_otherwise(ec2: Any, vpc: str) -> None:
    group, take = _group(ec2, vpc)
    ranges = [{"CidrIp": "10.0.0.0/8", "Description": "old"}]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{**HTTPS, "IpRanges": ranges}])
    new = [{**HTTPS, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "new"}]}]
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=new)
    (found,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    assert found["IpPermissions"][0]["IpRanges"] == new[0]["IpRanges"]
    other = [{**HTTPS, "IpRanges": [{"CidrIp": "10.9.0.0/16"}]}]
    call = ec2.update_security_group_rule_descriptions_ingress
    assert _refusal(call, GroupId=group, IpPermissions=other) == "InvalidPermission.NotFound"
    take()


def test_a_further_range_of_addresses(ec2: Any, vpc: str) -> None:
    made = ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.78.0.0/16")["CidrBlockAssociation"]["AssociationId"]
    (found,) = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert [one["CidrBlock"] for one in found["CidrBlockAssociationSet"]] == ["10.77.0.0/16", "10.78.0.0/16"]
    ec2.disassociate_vpc_cidr_block(AssociationId=made)
    call = ec2.disassociate_vpc_cidr_block
    assert _refusal(call, AssociationId=made) == "InvalidVpcCidrBlockAssociationID.NotFound"
