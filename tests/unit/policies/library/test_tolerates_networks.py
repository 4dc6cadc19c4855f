"""Networks may be written in other ways than ours: those pass too, and what is only like them does not."""

from typing import Any

import pytest

from tests.unit.policies.network import Document, everything, found, network

HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
CALLERS = {"Fn::GetAtt": ["Callers", "GroupId"]}


def properties(document: Document, name: str) -> Document:
    own: Document = document["Resources"][name]["Properties"]
    return own


def add(document: Document, name: str, kind: str, **own: Any) -> None:
    document["Resources"][name] = {"Type": f"AWS::EC2::{kind}", "Properties": own}


def test_rules_may_be_resources_of_their_own() -> None:
    document = network()
    (out,) = properties(document, "Callers").pop("SecurityGroupEgress")
    (inwards,) = properties(document, "Doors").pop("SecurityGroupIngress")
    add(document, "Out", "SecurityGroupEgress", GroupId=CALLERS, **out)
    add(document, "In", "SecurityGroupIngress", GroupId={"Ref": "Doors"}, **inwards)
    assert everything(document) == []
    properties(document, "In")["FromPort"] = "0"
    assert {one.resource for one in everything(document)} == {"In"}


@pytest.mark.parametrize(
    "rules",
    [
        [{**HTTPS, "IpProtocol": "6", "FromPort": "443", "CidrIp": "0.0.0.0/0"}],
        [
            {**HTTPS, "DestinationPrefixListId": "pl-02cd2c6b"},
            {**HTTPS, "DestinationSecurityGroupId": {"Ref": "Doors"}},
        ],
        [{**HTTPS, "CidrIp": "10.9.0.0/22"}, {**HTTPS, "CidrIpv6": "::/0"}],
        [{**HTTPS, "CidrIp": {"Fn::GetAtt": ["Home", "CidrBlock"]}}],
    ],
)
def test_functions_may_reach_https_in_other_ways(rules: list[Document]) -> None:
    document = network()
    properties(document, "Callers")["SecurityGroupEgress"] = rules
    assert found("network/https_only", document) == []


def test_what_leaves_an_endpoints_group_is_of_no_consequence() -> None:
    document = network()
    properties(document, "Doors")["SecurityGroupEgress"] = [{"IpProtocol": -1, "CidrIp": "0.0.0.0/0"}]
    assert everything(document) == []


def test_functions_may_have_groups_of_their_own() -> None:
    document = network()
    document["Resources"]["Others"] = {**document["Resources"]["Callers"]}
    place = {**properties(document, "Judge")["VpcConfig"], "SecurityGroupIds": [{"Ref": "Others"}]}
    document["Resources"]["Second"] = {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": place}}
    properties(document, "Doors")["SecurityGroupIngress"].append({**HTTPS, "SourceSecurityGroupId": {"Ref": "Others"}})
    assert everything(document) == []


def test_one_group_for_functions_and_endpoints_lets_something_in() -> None:
    document = network()
    properties(document, "Flows")["SecurityGroupIds"] = [CALLERS]
    assert [one.resource for one in found("network/https_only", document)] == ["Doors", "Doors"]
    properties(document, "Callers")["SecurityGroupIngress"] = [{**HTTPS, "SourceSecurityGroupId": {"Ref": "Callers"}}]
    assert "Callers" in [one.resource for one in found("network/https_only", document)]


@pytest.mark.parametrize(
    "zones",
    [
        ["us-east-1a", "us-east-1b", "us-east-1c"],
        [{"Fn::Select": [str(number), {"Fn::GetAZs": {"Ref": "AWS::Region"}}]} for number in range(3)],
        [{"Fn::Select": [number, ["us-east-1a", "us-east-1b", "us-east-1d"]]} for number in range(3)],
        [{"Fn::Select": [number + 1, {"Fn::GetAZs": "us-east-1"}]} for number in range(3)],
    ],
)
def test_zones_may_be_said_in_several_ways(zones: list[Any]) -> None:
    document = network()
    for name, zone in zip(("NetA", "NetB", "NetC"), zones, strict=True):
        properties(document, name)["AvailabilityZone"] = zone
    assert everything(document) == []


@pytest.mark.parametrize(
    "zones",
    [
        ["us-east-1a", "us-east-1b", "us-east-1b"],
        ["us-east-1a", "us-east-1b", {"Fn::Select": [2, {"Fn::GetAZs": ""}]}],
        [{"Fn::Select": [number, {"Fn::GetAZs": ""}]} for number in (0, 1, 1)],
    ],
)
def test_zones_that_may_be_one_count_once(zones: list[Any]) -> None:
    document = network()
    for name, zone in zip(("NetA", "NetB", "NetC"), zones, strict=True):
        properties(document, name)["AvailabilityZone"] = zone
    assert {one.resource for one in found("network/subnets", document)} == {"Home"}
    assert {one.resource for one in found("functions/in_network", document)} == {"Judge"}


def test_each_subnet_may_have_a_table_and_an_endpoint_of_its_own() -> None:
    document = network()
    flows = document["Resources"].pop("Flows")["Properties"]
    for number, name in enumerate(("NetA", "NetB", "NetC")):
        add(document, f"{name}Paths", "RouteTable", VpcId={"Ref": "Home"})
        properties(document, f"{name}Path")["RouteTableId"] = {"Fn::GetAtt": [f"{name}Paths", "RouteTableId"]}
        for endpoint in ("Rows", "Objects"):
            properties(document, endpoint)["RouteTableIds"].append({"Ref": f"{name}Paths"})
        # Of several endpoints for a service in one VPC, one can have its name.
        own = {**flows, "SubnetIds": [{"Ref": name}], "PrivateDnsEnabled": number == 0}
        add(document, f"Flows{name}", "VPCEndpoint", **own)
    assert everything(document) == []


def test_lists_may_be_joined_and_split() -> None:
    document = network()
    joined = {"Fn::Join": [",", [{"Ref": name} for name in ("NetA", "NetB", "NetC")]]}
    properties(document, "Judge")["VpcConfig"]["SubnetIds"] = {"Fn::Split": [",", joined]}
    assert everything(document) == []


def test_a_vpc_may_be_named_by_what_is_in_it() -> None:
    document = network()
    for name in ("Doors", "Callers", "Flows"):
        properties(document, name)["VpcId"] = {"Fn::GetAtt": ["NetA", "VpcId"]}
    assert everything(document) == []


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("Route", {"RouteTableId": {"Ref": "Paths"}, "DestinationCidrBlock": "10.9.0.0/22", "GatewayId": "local"}),
        ("DHCPOptions", {"DomainNameServers": ["AmazonProvidedDNS"], "DomainName": "ec2.internal"}),
        ("VPCDHCPOptionsAssociation", {"VpcId": {"Ref": "Home"}, "DhcpOptionsId": "default"}),
        ("VPCCidrBlock", {"VpcId": {"Ref": "Home"}, "CidrBlock": "10.10.0.0/22"}),
        ("PrefixList", {"PrefixListName": "own", "AddressFamily": "IPv4", "MaxEntries": 1}),
        ("NetworkAcl", {"VpcId": {"Ref": "Home"}}),
        ("VPCEndpoint", {"VpcId": {"Ref": "Home"}, "ServiceName": "aws.api.us-east-1.kendra-ranking"}),
    ],
)
def test_what_leads_nowhere_may_be_there(kind: str, own: Document) -> None:
    document = network()
    add(document, "More", kind, **own)
    assert found("network/isolated", document) == []


@pytest.mark.parametrize("off", [False, "false", {"Ref": "AWS::NoValue"}])
def test_public_addresses_may_be_off(off: Any) -> None:
    document = network()
    properties(document, "NetA")["MapPublicIpOnLaunch"] = off
    assert everything(document) == []


def test_a_flow_log_may_see_all_and_name_its_group_by_arn() -> None:
    document = network()
    own = properties(document, "Refused")
    own["LogDestination"] = {"Fn::GetAtt": ["Watch", "Arn"]}
    del own["LogGroupName"]
    own["TrafficType"] = "ALL"
    trust = properties(document, "Writer")["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Condition"] = {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:aws:ec2:us-east-1:${AWS::AccountId}:vpc-flow-log/*"}},
    }
    assert everything(document) == []


def test_a_log_of_accepted_traffic_may_stand_beside() -> None:
    document = network()
    add(document, "Accepted", "FlowLog", **{**properties(document, "Refused"), "TrafficType": "ACCEPT"})
    assert found("network/flow_logs", document) == []


def test_without_a_network_there_is_nothing_to_prove() -> None:
    for policy in ("network/isolated", "network/subnets", "network/https_only", "network/endpoints"):
        assert [one.resource for one in found(policy, {"Resources": {}})] == ["(template)"]


def test_endpoints_may_be_of_both_kinds_of_addresses() -> None:
    document = network()
    properties(document, "Flows").update(IpAddressType="dualstack", DnsOptions={"DnsRecordIpType": "service-defined"})
    assert everything(document) == []
    properties(document, "Flows")["IpAddressType"] = "ipv6"
    assert [(one.resource, one.path) for one in everything(document)] == [("Flows", "IpAddressType")]


def test_a_group_may_be_named_with_the_own_account() -> None:
    document = network()
    (rule,) = properties(document, "Doors")["SecurityGroupIngress"]
    rule["SourceSecurityGroupOwnerId"] = {"Ref": "AWS::AccountId"}
    assert everything(document) == []
    rule["SourceSecurityGroupOwnerId"] = "999999999999"
    assert {one.resource for one in everything(document)} == {"Doors"}
