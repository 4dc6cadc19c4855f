"""Reachability: in a stack in order nothing is found, and each thing in the way names function and right."""

import copy
from typing import Any

import pytest

from tests.unit.policies.library.reaching import (
    OPEN,
    QUERY,
    SEND,
    STATEMENTS,
    Change,
    Resources,
    allowed,
    gone,
    judged,
    put,
    together,
)


def test_a_network_is_shown_by_its_name() -> None:
    tags = [{"Key": "Name", "Value": "vpc-left-dev"}]
    (found, *_) = judged(together(gone("Queues"), put("Left", "Tags", tags)))
    assert found.found == SEND + "network vpc-left-dev has no endpoint sqs"


def test_a_stack_in_order_has_no_finding() -> None:
    assert judged() == []
    assert judged(policy="iam/network_interfaces") == []


ACL = {"NetworkAclId": {"Ref": "Acl"}, "Protocol": 6, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
_ACL: Resources = {
    "Acl": {"Type": "AWS::EC2::NetworkAcl", "Properties": {"VpcId": {"Ref": "Left"}}},
    "OfAcl": {
        "Type": "AWS::EC2::SubnetNetworkAclAssociation",
        "Properties": {"SubnetId": {"Ref": "LeftA"}, "NetworkAclId": {"Ref": "Acl"}},
    },
    **{
        f"{way}{number}": {
            "Type": "AWS::EC2::NetworkAclEntry",
            "Properties": {
                **ACL,
                "RuleNumber": number,
                "Egress": way == "Out",
                "PortRange": {"From": first, "To": last},
            },
        }
        for way in ("Out", "In")
        for number, first, last in ((1, 443, 443), (2, 1024, 65535))
    },
}


def _acl(**changed: Any) -> Change:
    """A subnet's own ACL, open as calls need it, but for one of its entries."""
    own = copy.deepcopy(_ACL)
    for name, properties in changed.items():
        own[name]["Properties"].update(properties)
    return lambda resources: resources.update(own)


def test_an_acl_that_is_open_as_calls_need_it_has_no_finding() -> None:
    assert judged(_acl()) == []


def _rule_of(name: str, **more: Any) -> Change:
    return lambda resources: resources[name]["Properties"].update(more)


NO_WAY = [
    (
        gone("TablesB"),
        "TablesA",
        "RouteTableIds",
        QUERY + "the endpoint dynamodb is not associated with the route table of subnet LeftB",
    ),
    (
        together(gone("TablesA"), gone("TablesB")),
        "Reader",
        "VpcConfig",
        QUERY + "network Left has no endpoint dynamodb",
    ),
    (gone("Queues"), "Reader", "VpcConfig", SEND + "network Left has no endpoint sqs"),
    (put("TablesA", "RouteTableIds", []), "TablesA", "RouteTableIds", "the route table of subnet LeftA"),
    (gone("OfA"), "LeftA", "", QUERY + "subnet LeftA has no route table of its own"),
    (
        put("OfA", "RouteTableId", {"Fn::ImportValue": "x"}),
        "LeftA",
        "",
        "subnet LeftA has a route table that cannot be resolved",
    ),
    (
        put("Left", "EnableDnsSupport", False),
        "Left",
        "EnableDnsSupport",
        QUERY + "network Left does not certainly resolve names",
    ),
    (
        put("Left", "EnableDnsHostnames", None),
        "Left",
        "EnableDnsHostnames",
        SEND + "network Left has no DNS hostnames",
    ),
    (
        put("Queues", "PrivateDnsEnabled", None),
        "Queues",
        "PrivateDnsEnabled",
        SEND + "the endpoint sqs has no private DNS",
    ),
    (
        put("Queues", "VpcEndpointType", "Gateway"),
        "Queues",
        "VpcEndpointType",
        SEND + "the endpoint sqs is of the type",
    ),
    (put("Queues", "SubnetIds", None), "Queues", "SubnetIds", SEND + "the endpoint sqs has no interface in a subnet"),
    (
        put("Queues", "SecurityGroupIds", None),
        "Queues",
        "SecurityGroupIds",
        SEND + "the network's default group does not let",
    ),
    (
        gone("GuardIn"),
        "Guard",
        "SecurityGroupIngress",
        "let TCP 443 in to the endpoint sqs from security group Callers",
    ),
    (put("GuardIn", "SourceSecurityGroupId", {"Ref": "Guard"}), "Guard", "SecurityGroupIngress", SEND),
    (put("GuardIn", "ToPort", 80), "Guard", "SecurityGroupIngress", SEND),
    (put("Queues", "SecurityGroupIds", [{"Ref": "Callers"}]), "Callers", "SecurityGroupIngress", SEND),
    (put("Reader", "VpcConfig.SecurityGroupIds", [{"Ref": "Guard"}]), "Guard", "SecurityGroupIngress", SEND),
    (
        gone("ToTables"),
        "Callers",
        "SecurityGroupEgress",
        QUERY + "security group Callers does not let TCP 443 out to the endpoint dynamodb",
    ),
    (put("ToTables", "DestinationPrefixListId", "pl-63a5400a"), "Callers", "SecurityGroupEgress", QUERY),
    (put("ToTables", "DestinationPrefixListId", {"Fn::ImportValue": "x"}), "Callers", "SecurityGroupEgress", QUERY),
    (gone("ToGuard"), "Callers", "SecurityGroupEgress", SEND),
    (put("Doors", "SecurityGroupIngress.0.CidrIp", "10.1.2.0/24"), "Doors", "SecurityGroupIngress", OPEN),
    (put("Doors", "SecurityGroupIngress.0.CidrIp", {"Fn::ImportValue": "x"}), "Doors", "SecurityGroupIngress", OPEN),
    (put("Doors", "SecurityGroupEgress.0.CidrIp", "10.0.0.0/16"), "Doors", "SecurityGroupEgress", OPEN),
    (
        _acl(Out1={"RuleAction": "deny"}),
        "LeftA",
        "",
        QUERY + "subnet LeftA has an ACL that does not certainly let TCP 443 to 443 out",
    ),
    (_acl(In2={"PortRange": {"From": 1024, "To": 2048}}), "LeftA", "", "let TCP 1024 to 65535 in"),
    (
        _acl(In1={"CidrBlock": "10.9.0.0/16"}),
        "LeftA",
        "",
        SEND + "subnet LeftA has an ACL that does not certainly let TCP 443",
    ),
    (
        put("TablesB", f"{STATEMENTS}.1.Action", "dynamodb:GetItem"),
        "TablesB",
        "PolicyDocument",
        "Orders/index/* has no way: the policy of the endpoint dynamodb does not allow the action on this resource",
    ),
    (
        put("TablesB", f"{STATEMENTS}.0.Resource", "arn:aws:dynamodb:us-east-1:1:table/t"),
        "TablesB",
        "PolicyDocument",
        QUERY + "the policy of the endpoint dynamodb does not allow the action on this resource",
    ),
    (
        put("TablesB", f"{STATEMENTS}.0.Condition.StringEquals", {"aws:PrincipalArn": "arn:aws:iam::1:role/other"}),
        "TablesB",
        "PolicyDocument",
        QUERY,
    ),
    (
        put("TablesB", f"{STATEMENTS}.0.Condition.StringEquals", {"aws:PrincipalTag/team": "x"}),
        "TablesB",
        "PolicyDocument",
        QUERY,
    ),
    (
        put("TablesB", f"{STATEMENTS}.0.Condition.StringEquals", {"aws:SourceVpc": {"Ref": "Right"}}),
        "TablesB",
        "PolicyDocument",
        QUERY + "the policy of the endpoint dynamodb allows it only under conditions",
    ),
    (
        put("Queues", f"{STATEMENTS}.Action", "sqs:ReceiveMessage"),
        "Queues",
        "PolicyDocument",
        SEND + "the policy of the endpoint sqs does not allow this action to the role reader-dev",
    ),
    (
        put("Queues", f"{STATEMENTS}.Principal", None),
        "Queues",
        "PolicyDocument",
        SEND + "the policy of the endpoint sqs allows nothing to the role reader-dev",
    ),
    (
        put("TablesB", f"{STATEMENTS}.0.Principal", {"AWS": {"Fn::GetAtt": ["ReaderRole", "Arn"]}}),
        "TablesB",
        "PolicyDocument",
        QUERY,
    ),
    (put("TablesB", "PolicyDocument", {"Fn::ImportValue": "x"}), "TablesB", "PolicyDocument", QUERY),
    (
        allowed("TablesB", Effect="Deny", Principal="*", NotAction="dynamodb:GetItem", Resource="*"),
        "TablesB",
        f"{STATEMENTS}[2]",
        QUERY + "the policy of the endpoint dynamodb may deny it",
    ),
    (put("Queues", "VpcId", {"Ref": "Right"}), "Reader", "VpcConfig", SEND + "network Left has no endpoint sqs"),
    (put("Queues", "ServiceName", "com.amazonaws.eu-west-1.sqs"), "Reader", "VpcConfig", SEND),
    (
        allowed(
            "ReaderRole",
            Effect="Deny",
            Action="sqs:*",
            Resource="*",
            Condition={"StringNotEquals": {"aws:SourceVpce": {"Ref": "TablesA"}}},
        ),
        "ReaderRole",
        "Policies[0].PolicyDocument.Statement[6]",
        SEND,
    ),
    (
        put(
            "OpenerRole",
            "Policies.0.PolicyDocument.Statement.0.Condition",
            {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        ),
        "OpenerRole",
        "Policies[0].PolicyDocument.Statement[0].Condition",
        OPEN,
    ),
    (
        put("ReaderRole", "PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        "ReaderRole",
        "PermissionsBoundary",
        QUERY,
    ),
    (
        put("ReaderRole", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]),
        "ReaderRole",
        "ManagedPolicyArns",
        "function Reader: the rights of arn:aws:iam::aws:policy/AmazonSQSFullAccess",
    ),
    (
        put("Reader", "VpcConfig.SubnetIds", [{"Ref": "LeftA"}, "subnet-1"]),
        "Reader",
        "VpcConfig",
        "function Reader: a subnet or group that cannot be resolved",
    ),
    (put("Reader", "VpcConfig", {"Fn::ImportValue": "x"}), "Reader", "VpcConfig", "function Reader"),
    (
        put("Reader", "Role", "arn:aws:iam::1:role/other"),
        "Reader",
        "Role",
        "function Reader: a role that cannot be resolved",
    ),
    (
        put("Outside", "VpcConfig", {"SubnetIds": [{"Ref": "RightA"}], "SecurityGroupIds": [{"Ref": "Doors"}]}),
        "Outside",
        "VpcConfig",
        "function Outside: sns:Publish on * has no way: network Right has no endpoint sns",
    ),
]


@pytest.mark.parametrize(("change", "resource", "path", "text"), NO_WAY)
def test_what_is_in_the_way_of_a_right_is_found(change: Change, resource: str, path: str, text: str) -> None:
    found = judged(change)
    assert any((one.resource, one.path) == (resource, path) and text in one.found for one in found), found
