"""Networks are read with what AWS makes beside them left out, and with all that leads in or out."""

from typing import Any

import pytest

from hallmark.observe.drift import drift
from hallmark.observe.normal import normal
from tests.unit.hallmark.observe.canned import NAME, read

Json = dict[str, Any]
EC2 = "AWS::EC2::"
OWN = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-1"}
OTHER = {"VpcId": "vpc-2", "CidrBlock": "10.1.0.0/16"}
MADE = {
    "VPC": ("vpc-1", "Vpc"),
    "Subnet": ("subnet-1", "Private"),
    "SecurityGroup": ("sg-1", "Group"),
    "SecurityGroupIngress": ("sgr-1", "In"),
    "RouteTable": ("rtb-1", "Table"),
}
IN_OWN = {"VpcId": "vpc-1"}
DEFAULT = {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}
HTTPS = {"IsEgress": False, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def _read(kind: str, **answers: Any) -> list[tuple[str, Json]]:
    listed = [
        {"ResourceType": f"{EC2}{name}", "PhysicalResourceId": physical, "LogicalResourceId": logical}
        for name, (physical, logical) in MADE.items()
    ]
    found = read(f"{EC2}{kind}", list_stack_resources=listed, describe_vpcs=[OWN, OTHER], **answers)
    return [(one.physical, one.properties) for one in found]


def test_the_networks_of_the_stage_are_those_that_it_made_or_that_are_named_like_it() -> None:
    tagged = {"VpcId": "vpc-3", "CidrBlock": "10.2.0.0/16", "Tags": [{"Key": "Name", "Value": NAME}]}
    found = read(f"{EC2}VPC", describe_vpcs=[OWN, tagged], describe_vpc_attribute={"EnableDnsSupport": {"Value": True}})
    assert [(one.physical, one.properties["EnableDnsSupport"]) for one in found] == [("vpc-3", True)]
    assert [name for name, _ in _read("VPC")] == ["vpc-1"]


def test_further_ranges_of_a_network() -> None:
    more = [
        {"AssociationId": "a", "CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}},
        {"AssociationId": "b", "CidrBlock": "10.9.0.0/16", "CidrBlockState": {"State": "associated"}},
        {"AssociationId": "c", "CidrBlock": "10.8.0.0/16", "CidrBlockState": {"State": "disassociated"}},
    ]
    six = [{"AssociationId": "d", "Ipv6CidrBlock": "2001:db8::/56", "Ipv6CidrBlockState": {"State": "associated"}}]
    OWN_AND_MORE = {**OWN, "CidrBlockAssociationSet": more, "Ipv6CidrBlockAssociationSet": six}
    listed = [{"ResourceType": f"{EC2}VPC", "PhysicalResourceId": "vpc-1", "LogicalResourceId": "Vpc"}]
    found = read(f"{EC2}VPCCidrBlock", describe_vpcs=[OWN_AND_MORE], list_stack_resources=listed)
    assert [one.properties.get("CidrBlock", one.properties.get("Ipv6CidrBlock")) for one in found] == [
        *("10.9.0.0/16", "2001:db8::/56")
    ]


@pytest.mark.parametrize(
    ("servers", "named"), [(["AmazonProvidedDNS"], []), (["10.0.0.9"], ["vpc-1|dopt-1"]), ([], ["vpc-1|dopt-1"])]
)
def test_another_server_of_names(servers: list[str], named: list[str]) -> None:
    configurations = [{"Key": "domain-name-servers", "Values": [{"Value": one} for one in servers]}]
    options = [{"DhcpOptionsId": "dopt-1", "DhcpConfigurations": configurations}]
    assert [name for name, _ in _read("VPCDHCPOptionsAssociation", describe_dhcp_options=options)] == named


TABLES = [
    {
        **{"RouteTableId": "rtb-1", "VpcId": "vpc-1"},
        "Associations": [{"RouteTableAssociationId": "rtbassoc-1", "SubnetId": "subnet-1", "Main": False}],
        "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable"},
            {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "Origin": "CreateRoute"},
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "Origin": "CreateRoute"},
            {"DestinationCidrBlock": "10.3.0.0/16", "GatewayId": "vgw-1", "Origin": "EnableVgwRoutePropagation"},
        ],
    },
    {
        **{"RouteTableId": "rtb-2", "VpcId": "vpc-1"},
        "Associations": [{"RouteTableAssociationId": "rtbassoc-2", "Main": True}],
        "Routes": [{"DestinationCidrBlock": "10.0.9.0/24", "GatewayId": "vpce-2", "Origin": "CreateRoute"}],
    },
    {"RouteTableId": "rtb-3", "VpcId": "vpc-2"},
]


def test_the_table_that_comes_with_a_network_is_left_out() -> None:
    assert [name for name, _ in _read("RouteTable", describe_route_tables=TABLES)] == ["rtb-1"]
    association = {"SubnetId": {"Ref": "Private"}, "RouteTableId": {"Ref": "Table"}}
    found = _read("SubnetRouteTableAssociation", describe_route_tables=TABLES)
    assert found == [("rtbassoc-1", association)]


def test_routes_but_for_those_within_and_to_gateway_endpoints() -> None:
    found = _read("Route", describe_route_tables=TABLES)
    assert [name for name, _ in found] == ["rtb-1|0.0.0.0/0", "rtb-1|10.3.0.0/16", "rtb-2|10.0.9.0/24"]
    table = {"RouteTableId": {"Ref": "Table"}}
    assert found[0][1] == {**table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}


def test_gateways_that_a_network_has() -> None:
    internet = [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]
    private = [
        {"VpnGatewayId": "vgw-1", "VpcAttachments": [{"VpcId": "vpc-1", "State": "attached"}]},
        {"VpnGatewayId": "vgw-2", "VpcAttachments": [{"VpcId": "vpc-1", "State": "detached"}]},
    ]
    answers = {"describe_internet_gateways": internet, "describe_vpn_gateways": private}
    assert [name for name, _ in _read("InternetGateway", **answers)] == ["igw-1"]
    assert [name for name, _ in _read("VPCGatewayAttachment", **answers)] == ["IGW|vpc-1", "VGW|vpc-1"]


@pytest.mark.parametrize(("status", "count"), [("active", 1), ("pending-acceptance", 1), ("deleted", 0)])
def test_a_peering_whoever_asked_for_it(status: str, count: int) -> None:
    one = {"VpcPeeringConnectionId": "pcx-1", "RequesterVpcInfo": {"VpcId": "vpc-9"}, "AccepterVpcInfo": IN_OWN}
    found = _read("VPCPeeringConnection", describe_vpc_peering_connections=[{**one, "Status": {"Code": status}}])
    assert found == [("pcx-1", {"VpcId": "vpc-9", "PeerVpcId": {"Ref": "Vpc"}})] * count


GROUPS = [
    {"GroupId": "sg-1", "GroupName": "functions", "Description": "d", **IN_OWN},
    {"GroupId": "sg-2", "GroupName": "default", "Description": "d", **IN_OWN},
    {"GroupId": "sg-3", "GroupName": "default", "Description": "d", "VpcId": "vpc-2"},
]
RULES = [
    {**HTTPS, "GroupId": "sg-1", "SecurityGroupRuleId": "sgr-1", "ReferencedGroupInfo": {"GroupId": "sg-2"}},
    {**HTTPS, "GroupId": "sg-1", "SecurityGroupRuleId": "sgr-2", "PrefixListId": "pl-1", "Description": "d"},
    {
        **{"GroupId": "sg-1", "SecurityGroupRuleId": "sgr-3", "IsEgress": True, "IpProtocol": "-1", "FromPort": -1},
        **{"ToPort": -1, "ReferencedGroupInfo": {"GroupId": "sg-9", "UserId": "444455556666"}},
    },
    {
        **{"GroupId": "sg-2", "SecurityGroupRuleId": "sgr-4", "IsEgress": False, "IpProtocol": "-1"},
        "ReferencedGroupInfo": {"GroupId": "sg-2"},
    },
    {"GroupId": "sg-2", "SecurityGroupRuleId": "sgr-5", "IsEgress": True, "IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0"},
    {**HTTPS, "GroupId": "sg-2", "SecurityGroupRuleId": "sgr-6", "CidrIpv6": "::/0"},
    {**HTTPS, "GroupId": "sg-3", "SecurityGroupRuleId": "sgr-7", "CidrIpv4": "0.0.0.0/0"},
]
ANSWERS = {"describe_security_groups": GROUPS, "describe_security_group_rules": RULES}
PORTS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def test_a_group_with_its_rules_but_for_those_that_are_resources() -> None:
    ((name, group),) = _read("SecurityGroup", **ANSWERS)
    assert (name, group["GroupName"]) == ("sg-1", "functions")
    assert group["SecurityGroupIngress"] == [{**PORTS, "SourcePrefixListId": "pl-1", "Description": "d"}]
    other = {"DestinationSecurityGroupId": "sg-9", "DestinationSecurityGroupOwnerId": "444455556666"}
    assert group["SecurityGroupEgress"] == [{"IpProtocol": "-1", **other}]


def test_rules_that_are_resources_and_those_of_a_networks_own_group_that_somebody_made() -> None:
    assert _read("SecurityGroupIngress", **ANSWERS) == [
        ("sgr-1", {"GroupId": {"Ref": "Group"}, **PORTS, "SourceSecurityGroupId": DEFAULT}),
        ("sgr-6", {"GroupId": DEFAULT, **PORTS, "CidrIpv6": "::/0"}),
    ]
    assert _read("SecurityGroupEgress", **ANSWERS) == []


def test_a_group_without_a_word_on_what_may_leave_lets_everything_out() -> None:
    kind, everything = f"{EC2}SecurityGroup", [{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}]
    assert normal(kind, {}) == normal(kind, {"SecurityGroupEgress": everything})
    # What is read back says that nothing may leave.
    assert normal(kind, {}) != normal(kind, {"SecurityGroupEgress": []})
    one, other = {**PORTS, "CidrIp": "10.0.0.0/8"}, {**PORTS, "FromPort": 80, "ToPort": 80, "CidrIp": "10.0.0.0/8"}
    both = [{"SecurityGroupIngress": rules} for rules in ([one, other], [other, one])]
    assert normal(kind, both[0]) == normal(kind, both[1])


def _entry(number: int, action: str, is_egress: bool) -> Json:
    return {
        **{"RuleNumber": number, "RuleAction": action, "Egress": is_egress, "Protocol": "-1"},
        "CidrBlock": "0.0.0.0/0",
    }


OPEN = [_entry(number, action, side) for number, action in ((100, "allow"), (32767, "deny")) for side in (True, False)]


@pytest.mark.parametrize(
    ("entries", "numbers"),
    [
        (OPEN, []),
        (OPEN[1:], [100]),
        ([*OPEN, _entry(50, "deny", True)], [100, 100, 50]),
    ],
)
def test_the_list_that_comes_with_a_network_is_left_out_while_it_is_open(
    entries: list[Json], numbers: list[int]
) -> None:
    own = {"NetworkAclId": "acl-1", "IsDefault": True, "Entries": entries, **IN_OWN}
    assert len(_read("NetworkAcl", describe_network_acls=[own])) == bool(numbers)
    found = _read("NetworkAclEntry", describe_network_acls=[own])
    assert [properties["RuleNumber"] for _, properties in found] == numbers


def test_an_endpoint_with_its_networks_own_group_names_none() -> None:
    one = {"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "State": "available", **IN_OWN}
    groups = ([{"GroupId": "sg-2"}], [{"GroupId": "sg-1"}, {"GroupId": "sg-2"}])
    listed = [{**one, "Groups": found} for found in groups] + [{**one, "State": "deleting"}]
    found = _read("VPCEndpoint", describe_vpc_endpoints=listed, describe_security_groups=GROUPS)
    assert [own.get("SecurityGroupIds") for _, own in found] == [None, [{"Ref": "Group"}, DEFAULT]]


def test_an_endpoint_without_a_policy_has_that_of_aws() -> None:
    everything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    kind = f"{EC2}VPCEndpoint"
    own = {"PolicyDocument": {"Version": "2008-10-17", "Statement": [everything]}}
    assert normal(kind, {}) == normal(kind, own)
    assert normal(kind, {}) != normal(kind, {"PolicyDocument": {"Statement": []}})


def test_flow_logs_of_a_network_and_of_what_is_in_it() -> None:
    listed = [{"FlowLogId": f"fl-{n}", "ResourceId": name} for n, name in enumerate(("vpc-1", "subnet-1", "vpc-2"))]
    found = _read("FlowLog", describe_flow_logs=listed, describe_subnets=[{"SubnetId": "subnet-1", **IN_OWN}])
    assert [(name, own["ResourceType"], own["ResourceId"]) for name, own in found] == [
        ("fl-0", "VPC", {"Ref": "Vpc"}),
        ("fl-1", "Subnet", {"Ref": "Private"}),
    ]


def test_interfaces_but_for_those_of_services() -> None:
    kinds = ("interface", "lambda", "vpc_endpoint")
    listed = [{"NetworkInterfaceId": kind, "InterfaceType": kind, "SubnetId": "subnet-1", **IN_OWN} for kind in kinds]
    listed[0]["Association"] = {"PublicIp": "203.0.113.1"}
    ((name, found),) = _read("NetworkInterface", describe_network_interfaces=listed)
    assert (name, found["PublicIp"]) == ("interface", "203.0.113.1")


@pytest.mark.parametrize(
    ("kind", "operation", "one"),
    [
        ("NatGateway", "describe_nat_gateways", {"NatGatewayId": "x", "SubnetId": "subnet-1", "State": "available"}),
        (
            "TransitGatewayAttachment",
            "describe_transit_gateway_vpc_attachments",
            {"TransitGatewayAttachmentId": "x", "State": "available"},
        ),
        (
            "InstanceConnectEndpoint",
            "describe_instance_connect_endpoints",
            {"InstanceConnectEndpointId": "x", "State": "create-complete"},
        ),
        (
            "ClientVpnEndpoint",
            "describe_client_vpn_endpoints",
            {"ClientVpnEndpointId": "x", "Status": {"Code": "available"}},
        ),
        ("CarrierGateway", "describe_carrier_gateways", {"CarrierGatewayId": "x", "State": "available"}),
    ],
)
def test_what_else_stands_in_a_network(kind: str, operation: str, one: Json) -> None:
    elsewhere = {**one, "VpcId": "vpc-2"}
    ((name, found),) = _read(kind, **{operation: [{**one, **IN_OWN}, elsewhere]})
    assert (name, found["VpcId"]) == ("x", {"Ref": "Vpc"})
    assert _read(kind, **{operation: [{**one, **IN_OWN, "State": "deleted"}]}) == []


def test_a_group_that_another_network_uses() -> None:
    listed = [{"GroupId": "sg-1", "VpcId": "vpc-2", "State": "associated"}, {"GroupId": "sg-9", "VpcId": "vpc-1"}]
    found = _read("SecurityGroupVpcAssociation", describe_security_group_vpc_associations=listed)
    assert [name for name, _ in found] == ["sg-1|vpc-2"]


def test_a_zone_that_the_template_leaves_to_the_region_is_not_compared() -> None:
    def template(zone: Any) -> Json:
        subnet = {"Type": f"{EC2}Subnet", "Properties": {"AvailabilityZone": zone}}
        return {"Metadata": {"Hallmark": {"Account": "1"}}, "Resources": {"S": subnet}}

    left, there = template({"Fn::Select": [0, {"Fn::GetAZs": ""}]}), template("eu-central-1b")
    assert drift(left, there) == []
    assert len(drift(template("eu-central-1a"), there)) == 1


def test_an_instance_and_a_public_address_are_seen_by_their_interfaces() -> None:
    own = {**IN_OWN, "SubnetId": "subnet-1", "Groups": [{"GroupId": "sg-1"}]}
    listed = [
        {**own, "NetworkInterfaceId": "eni-1", "InterfaceType": "interface", "Attachment": {"InstanceId": "i-1"}},
        {**own, "NetworkInterfaceId": "eni-2", "InterfaceType": "interface", "Attachment": {"InstanceId": "i-1"}},
        {
            **{**own, "NetworkInterfaceId": "eni-3", "InterfaceType": "lambda"},
            "Association": {"AssociationId": "eipassoc-1", "AllocationId": "eipalloc-1", "PublicIp": "1.2.3.4"},
        },
        {
            **{**own, "NetworkInterfaceId": "eni-4", "InterfaceType": "nat_gateway"},
            "Association": {"AssociationId": "eipassoc-2", "AllocationId": "eipalloc-2", "PublicIp": "1.2.3.5"},
        },
    ]
    assert _read("NetworkInterface", describe_network_interfaces=listed) == []
    instance = {"SubnetId": {"Ref": "Private"}, "SecurityGroupIds": [{"Ref": "Group"}]}
    assert _read("Instance", describe_network_interfaces=listed) == [("i-1", instance)]
    address = {"NetworkInterfaceId": "eni-3", "AllocationId": "eipalloc-1"}
    assert _read("EIPAssociation", describe_network_interfaces=listed) == [("eipassoc-1", address)]


def test_routes_that_a_gateway_of_a_vpn_writes() -> None:
    table = {**IN_OWN, "RouteTableId": "rtb-1", "PropagatingVgws": [{"GatewayId": "vgw-1"}]}
    found = _read("VPNGatewayRoutePropagation", describe_route_tables=[table])
    assert found == [("rtb-1|vgw-1", {"RouteTableIds": [{"Ref": "Table"}], "VpnGatewayId": "vgw-1"})]


def test_a_networks_own_list_that_was_changed_is_shown_with_its_subnets() -> None:
    everything = {"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    as_made = [{**everything, "Egress": side} for side in (True, False)]
    own = {**IN_OWN, "NetworkAclId": "acl-1", "IsDefault": True, "Entries": as_made}
    own |= {"Associations": [{"NetworkAclAssociationId": "aclassoc-1", "SubnetId": "subnet-1"}]}
    denied = {**own, "Entries": [*as_made, {**everything, "RuleNumber": 50, "RuleAction": "deny", "Egress": True}]}
    kinds = ("NetworkAcl", "NetworkAclEntry", "SubnetNetworkAclAssociation")
    assert [len(_read(kind, describe_network_acls=[own])) for kind in kinds] == [0, 0, 0]
    assert [len(_read(kind, describe_network_acls=[denied])) for kind in kinds] == [1, 3, 1]
