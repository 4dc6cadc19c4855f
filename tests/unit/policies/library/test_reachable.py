"""Reachability: in a stack in order nothing is found, and each thing taken out or widened names function and right."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policies.engine import library
from policies.engine.finding import Finding
from policies.engine.parts import Parts, declared
from policies.engine.reading.reader import read_template
from policies.engine.template.template import Template

Resources = dict[str, Any]
Change = Callable[[Resources], Any]
FILE = Path(__file__).with_name("reaching.yaml")
QUERY = "function Reader: dynamodb:Query on Orders has no way: "
SEND = "function Reader: sqs:SendMessage on Jobs has no way: "
OPEN = "function Opener: secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:${AccountId}:secret:door-*"


@cache
def _read() -> dict[str, Any]:
    return read_template(FILE)


def judged(
    change: Change = lambda _: None, policy: str = "network/reachable", kept: tuple[str, ...] = ()
) -> list[Finding]:
    """What a policy finds in the stack after a change of its resources."""
    document = copy.deepcopy(_read())
    change(document["Resources"])
    template = Template(document)
    given = {"parts": Parts(template, declared({})), "stage": "dev", "kept": list(kept)}
    return list(library.policy(policy).findings(template, given))


def _set(name: str, path: str, value: Any) -> Change:
    def change(resources: Resources) -> None:
        *steps, last = path.split(".")
        place = resources[name]["Properties"]
        for step in steps:
            place = place[int(step) if isinstance(place, list) else step]
        key: Any = int(last) if isinstance(place, list) else last
        if value is None:
            place.pop(key)
        else:
            place[key] = value

    return change


def _gone(name: str) -> Change:
    return lambda resources: resources.pop(name)


def _allowed(name: str, **more: Any) -> Change:
    """A statement more in the role's first policy, or in an endpoint's."""

    def change(resources: Resources) -> None:
        own = resources[name]["Properties"]
        document = own["Policies"][0]["PolicyDocument"] if "Policies" in own else own["PolicyDocument"]
        document["Statement"].append({"Effect": "Allow", **more})

    return change


def _all(*changes: Change) -> Change:
    def change(resources: Resources) -> None:
        for one in changes:
            one(resources)

    return change


def test_a_network_is_shown_by_its_name() -> None:
    tags = [{"Key": "Name", "Value": "vpc-left-dev"}]
    (found, *_) = judged(_all(_gone("Queues"), _set("Left", "Tags", tags)))
    assert found.found == SEND + "network vpc-left-dev has no endpoint sqs"


def test_a_stack_in_order_has_no_finding() -> None:
    assert judged() == []
    assert judged(policy="iam/network_interfaces") == []


STATEMENTS = "PolicyDocument.Statement"
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
        _gone("TablesB"),
        "TablesA",
        "RouteTableIds",
        QUERY + "the endpoint dynamodb is not associated with the route table of subnet LeftB",
    ),
    (_all(_gone("TablesA"), _gone("TablesB")), "Reader", "VpcConfig", QUERY + "network Left has no endpoint dynamodb"),
    (_gone("Queues"), "Reader", "VpcConfig", SEND + "network Left has no endpoint sqs"),
    (_set("TablesA", "RouteTableIds", []), "TablesA", "RouteTableIds", "the route table of subnet LeftA"),
    (_gone("OfA"), "LeftA", "", QUERY + "subnet LeftA has no route table of its own"),
    (
        _set("OfA", "RouteTableId", {"Fn::ImportValue": "x"}),
        "LeftA",
        "",
        "subnet LeftA has a route table that cannot be resolved",
    ),
    (
        _set("Left", "EnableDnsSupport", False),
        "Left",
        "EnableDnsSupport",
        QUERY + "network Left does not certainly resolve names",
    ),
    (
        _set("Left", "EnableDnsHostnames", None),
        "Left",
        "EnableDnsHostnames",
        SEND + "network Left has no DNS hostnames",
    ),
    (
        _set("Queues", "PrivateDnsEnabled", None),
        "Queues",
        "PrivateDnsEnabled",
        SEND + "the endpoint sqs has no private DNS",
    ),
    (
        _set("Queues", "VpcEndpointType", "Gateway"),
        "Queues",
        "VpcEndpointType",
        SEND + "the endpoint sqs is of the type",
    ),
    (_set("Queues", "SubnetIds", None), "Queues", "SubnetIds", SEND + "the endpoint sqs has no interface in a subnet"),
    (
        _set("Queues", "SecurityGroupIds", None),
        "Queues",
        "SecurityGroupIds",
        SEND + "the network's default group does not let",
    ),
    (
        _gone("GuardIn"),
        "Guard",
        "SecurityGroupIngress",
        "let TCP 443 in to the endpoint sqs from security group Callers",
    ),
    (_set("GuardIn", "SourceSecurityGroupId", {"Ref": "Guard"}), "Guard", "SecurityGroupIngress", SEND),
    (_set("GuardIn", "ToPort", 80), "Guard", "SecurityGroupIngress", SEND),
    (_set("Queues", "SecurityGroupIds", [{"Ref": "Callers"}]), "Callers", "SecurityGroupIngress", SEND),
    (_set("Reader", "VpcConfig.SecurityGroupIds", [{"Ref": "Guard"}]), "Guard", "SecurityGroupIngress", SEND),
    (
        _gone("ToTables"),
        "Callers",
        "SecurityGroupEgress",
        QUERY + "security group Callers does not let TCP 443 out to the endpoint dynamodb",
    ),
    (_set("ToTables", "DestinationPrefixListId", "pl-63a5400a"), "Callers", "SecurityGroupEgress", QUERY),
    (_set("ToTables", "DestinationPrefixListId", {"Fn::ImportValue": "x"}), "Callers", "SecurityGroupEgress", QUERY),
    (_gone("ToGuard"), "Callers", "SecurityGroupEgress", SEND),
    (_set("Doors", "SecurityGroupIngress.0.CidrIp", "10.1.2.0/24"), "Doors", "SecurityGroupIngress", OPEN),
    (_set("Doors", "SecurityGroupIngress.0.CidrIp", {"Fn::ImportValue": "x"}), "Doors", "SecurityGroupIngress", OPEN),
    (_set("Doors", "SecurityGroupEgress.0.CidrIp", "10.0.0.0/16"), "Doors", "SecurityGroupEgress", OPEN),
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
        _set("TablesB", f"{STATEMENTS}.1.Action", "dynamodb:GetItem"),
        "TablesB",
        "PolicyDocument",
        "Orders/index/* has no way: the policy of the endpoint dynamodb does not allow the action on this resource",
    ),
    (
        _set("TablesB", f"{STATEMENTS}.0.Resource", "arn:aws:dynamodb:us-east-1:1:table/t"),
        "TablesB",
        "PolicyDocument",
        QUERY + "the policy of the endpoint dynamodb does not allow the action on this resource",
    ),
    (
        _set("TablesB", f"{STATEMENTS}.0.Condition.StringEquals", {"aws:PrincipalArn": "arn:aws:iam::1:role/other"}),
        "TablesB",
        "PolicyDocument",
        QUERY,
    ),
    (
        _set("TablesB", f"{STATEMENTS}.0.Condition.StringEquals", {"aws:PrincipalTag/team": "x"}),
        "TablesB",
        "PolicyDocument",
        QUERY,
    ),
    (
        _set("TablesB", f"{STATEMENTS}.0.Condition.StringEquals", {"aws:SourceVpc": {"Ref": "Right"}}),
        "TablesB",
        "PolicyDocument",
        QUERY + "the policy of the endpoint dynamodb allows it only under conditions",
    ),
    (
        _set("Queues", f"{STATEMENTS}.Action", "sqs:ReceiveMessage"),
        "Queues",
        "PolicyDocument",
        SEND + "the policy of the endpoint sqs does not allow this action to the role reader-dev",
    ),
    (
        _set("Queues", f"{STATEMENTS}.Principal", None),
        "Queues",
        "PolicyDocument",
        SEND + "the policy of the endpoint sqs allows nothing to the role reader-dev",
    ),
    (
        _set("TablesB", f"{STATEMENTS}.0.Principal", {"AWS": {"Fn::GetAtt": ["ReaderRole", "Arn"]}}),
        "TablesB",
        "PolicyDocument",
        QUERY,
    ),
    (_set("TablesB", "PolicyDocument", {"Fn::ImportValue": "x"}), "TablesB", "PolicyDocument", QUERY),
    (
        _allowed("TablesB", Effect="Deny", Principal="*", NotAction="dynamodb:GetItem", Resource="*"),
        "TablesB",
        f"{STATEMENTS}[2]",
        QUERY + "the policy of the endpoint dynamodb may deny it",
    ),
    (_set("Queues", "VpcId", {"Ref": "Right"}), "Reader", "VpcConfig", SEND + "network Left has no endpoint sqs"),
    (_set("Queues", "ServiceName", "com.amazonaws.eu-west-1.sqs"), "Reader", "VpcConfig", SEND),
    (
        _allowed(
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
        _set(
            "OpenerRole",
            "Policies.0.PolicyDocument.Statement.0.Condition",
            {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        ),
        "OpenerRole",
        "Policies[0].PolicyDocument.Statement[0].Condition",
        OPEN,
    ),
    (
        _set("ReaderRole", "PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        "ReaderRole",
        "PermissionsBoundary",
        QUERY,
    ),
    (
        _set("ReaderRole", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"]),
        "ReaderRole",
        "ManagedPolicyArns",
        "function Reader: the rights of arn:aws:iam::aws:policy/AmazonSQSFullAccess",
    ),
    (
        _set("Reader", "VpcConfig.SubnetIds", [{"Ref": "LeftA"}, "subnet-1"]),
        "Reader",
        "VpcConfig",
        "function Reader: a subnet or group that cannot be resolved",
    ),
    (_set("Reader", "VpcConfig", {"Fn::ImportValue": "x"}), "Reader", "VpcConfig", "function Reader"),
    (
        _set("Reader", "Role", "arn:aws:iam::1:role/other"),
        "Reader",
        "Role",
        "function Reader: a role that cannot be resolved",
    ),
    (
        _set("Outside", "VpcConfig", {"SubnetIds": [{"Ref": "RightA"}], "SecurityGroupIds": [{"Ref": "Doors"}]}),
        "Outside",
        "VpcConfig",
        "function Outside: sns:Publish on * has no way: network Right has no endpoint sns",
    ),
]


@pytest.mark.parametrize(("change", "resource", "path", "text"), NO_WAY)
def test_what_is_in_the_way_of_a_right_is_found(change: Change, resource: str, path: str, text: str) -> None:
    found = judged(change)
    assert any((one.resource, one.path) == (resource, path) and text in one.found for one in found), found


SECRET = {"Fn::Sub": "arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:other"}
WITHOUT = [
    ("sns:Publish", "arn:aws:sns:us-east-1:1:t", "sns"),
    ("s3:GetObject", "arn:aws:s3:::bucket/*", "s3"),
    ("states:StartExecution", "*", "states"),
    ("states:StartSyncExecution", "*", "sync-states"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:1:key/k", "kms"),
    ("secretsmanager:GetSecretValue", SECRET, "secretsmanager"),
    ("sts:AssumeRole", "arn:aws:iam::1:role/r", "sts"),
    ("cloudwatch:PutMetricData", "*", "monitoring"),
    ("bedrock:InvokeModel", "*", "bedrock-runtime"),
    ("logs:FilterLogEvents", "*", "logs"),
    ("ec2:DescribeRegions", "*", "ec2"),
    ("somethingnew:Ask", "*", "somethingnew"),
]


@pytest.mark.parametrize(("action", "resource", "service"), WITHOUT)
def test_a_right_without_an_endpoint_is_found(action: str, resource: Any, service: str) -> None:
    # The denial of EC2 is another test's.
    def change(resources: Resources) -> None:
        statements = resources["ReaderRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        statements[-1] = {"Effect": "Allow", "Action": action, "Resource": resource}

    (found,) = judged(change)
    assert found.resource == "Reader"
    assert f"function Reader: {action} on " in found.found
    assert f"has no endpoint {service}" in found.found


@pytest.mark.parametrize(
    "right",
    [
        {"Action": "*", "Resource": "*"},
        {"NotAction": "iam:*", "Resource": "*"},
        {"Action": {"Fn::ImportValue": "x"}, "Resource": "*"},
        {"Action": "dynamodb:*", "Resource": {"Fn::GetAtt": ["Orders", "Arn"]}},
        {"Action": "dynamodb:Query", "NotResource": "arn:aws:s3:::x"},
        {"Action": "dynamodb:Query", "Resource": "*"},
        {"Action": "dynamodb:Query", "Resource": "arn:aws:dynamodb:eu-west-1:1:table/t"},
        {"Action": "DynamoDB:Scan", "Resource": {"Fn::GetAtt": ["Orders", "Arn"]}},
    ],
)
def test_a_right_that_is_wider_than_its_way_is_found(right: Resources) -> None:
    assert any(
        "function Reader: " in one.found and "has no way" in one.found
        for one in judged(_allowed("ReaderRole", **right))
    )


NO_RIGHT = [
    (
        _allowed(
            "TablesA",
            Principal="*",
            Action="dynamodb:Scan",
            Resource="*",
            Condition={"ArnEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["ReaderRole", "Arn"]}}},
        ),
        "TablesA",
        "lets dynamodb:Scan on * through, for which function Reader has no right",
    ),
    (_set("TablesA", f"{STATEMENTS}.0.Action", "dynamodb:*"), "TablesA", "lets dynamodb:* on Orders through"),
    (_set("TablesA", f"{STATEMENTS}.0.Resource", "*"), "TablesA", "lets dynamodb:GetItem on * through"),
    (_set("TablesA", f"{STATEMENTS}.0.Condition", None), "TablesA", "lets everybody through"),
    (
        _allowed(
            "TablesA",
            Principal="*",
            Action="dynamodb:GetItem",
            Resource={"Fn::GetAtt": ["Orders", "Arn"]},
            Condition={"StringEquals": {"aws:PrincipalAccount": ["999999999999", {"Ref": "AWS::AccountId"}]}},
        ),
        "TablesA",
        "lets 999999999999 through, which no function of the network has",
    ),
    (
        _set("Queues", f"{STATEMENTS}.Principal", {"AWS": ["*", {"Ref": "AWS::AccountId"}]}),
        "Queues",
        "the endpoint sqs lets everybody through",
    ),
    (
        _set(
            "TablesA",
            f"{STATEMENTS}.0.Condition.StringEquals",
            {"aws:PrincipalArn": [{"Fn::GetAtt": ["ReaderRole", "Arn"]}, {"Fn::GetAtt": ["OpenerRole", "Arn"]}]},
        ),
        "TablesA",
        "role/${OpenerRole} through, which no function of the network has",
    ),
    (_set("Queues", "PolicyDocument", None), "Queues", "the endpoint sqs lets everything through"),
    (_set("Queues", f"{STATEMENTS}.NotAction", "sqs:DeleteQueue"), "Queues", "lets * on Jobs through"),
    (
        _set("Queues", f"{STATEMENTS}.NotResource", "arn:aws:sqs:us-east-1:1:q"),
        "Queues",
        "lets sqs:SendMessage on * through",
    ),
    (
        _set("Keys", "PolicyDocument.Statement.0.Resource", "*"),
        "Keys",
        "on * through, for which no function has a right",
    ),
    (
        _set("Keys", "ServiceName", "com.amazonaws.vpce.us-east-1.vpce-svc-1"),
        "Keys",
        "a service that cannot be resolved",
    ),
    (_set("Keys", "VpcId", {"Fn::ImportValue": "x"}), "Keys", "a network that cannot be resolved"),
    (
        _set("MayQueue", "PolicyDocument.Statement.Action", "sqs:ReceiveMessage"),
        "Queues",
        "lets sqs:SendMessage on Jobs through",
    ),
    (_gone("MayQueue"), "Queues", "the endpoint sqs is a way without a right: no function of the network may call sqs"),
]


@pytest.mark.parametrize(("change", "resource", "text"), NO_RIGHT)
def test_a_way_without_a_right_is_found(change: Change, resource: str, text: str) -> None:
    assert any(one.resource == resource and text in one.found for one in judged(change))


OWN = {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}, "aws:ResourceAccount": {"Ref": "AWS::AccountId"}}


@pytest.mark.parametrize(
    ("condition", "number"),
    [(OWN, 0), ({"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}, 1), ({**OWN, "aws:ResourceAccount": "1"}, 1)],
)
def test_an_endpoint_that_is_kept_without_a_right_is_for_this_account_alone(condition: Resources, number: int) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": condition},
    }
    change = _all(_gone("MayQueue"), _set("Queues", STATEMENTS, [statement]))
    assert len(judged(change, kept=("sqs",))) == number
