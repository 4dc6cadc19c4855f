"""Rights on a function's interfaces may be narrower than asked, and alerts may be told by functions: not by both."""

from typing import Any

import pytest

from tests.unit.policies.edited import Edited

ROLE, GROUP, SUBNET, VPC = (f"AWS::{kind}" for kind in ("IAM::Role", "EC2::SecurityGroup", "EC2::Subnet", "EC2::VPC"))
CONTROL = "SC_IAM_LEAST"


@pytest.fixture
def screening() -> Edited:
    """The templates of a stage whose functions stand in a network."""
    return Edited("dev", "screening")


def arn(kind: str, of: str) -> Any:
    """The expression of an ARN in EC2."""
    return {"Fn::Sub": f"arn:aws:ec2:us-east-1:${{AWS::AccountId}}:{kind}/${{{of}}}"}


def role(edited: Edited, name: str) -> Any:
    """The properties of a role by a part of its name."""
    return edited.find(ROLE, lambda one: name in str(one["Properties"].get("RoleName")))


def statements(edited: Edited, sid: str) -> list[Any]:
    """The statements of all roles with an id."""
    return [
        one
        for own in edited.all(ROLE)
        for policy in own.get("Policies", [])
        for one in policy["PolicyDocument"]["Statement"]
        if one.get("Sid") == sid
    ]


def subnets(edited: Edited) -> list[Any]:
    """The ARNs of all subnets, in another order than functions name them."""
    names = [name for name, one in edited.resources.items() if one["Type"] == SUBNET]
    return [arn("subnet", one) for one in reversed(names)]


def group(edited: Edited, role_of: str) -> str:
    """The logical id of a group by a part of its name."""
    return edited.name(GROUP, lambda one: role_of in one["Properties"]["GroupName"])


def test_the_functions_own_group_is_narrower_than_all_groups(screening: Edited) -> None:
    for one in statements(screening, "MakeInterfacesInGroups"):
        one["Resource"] = arn("security-group", f"{group(screening, 'functions')}.GroupId")
        del one["Condition"]
    assert screening.findings(CONTROL) == []
    for one in statements(screening, "MakeInterfacesInGroups"):
        one["Resource"] = arn("security-group", f"{group(screening, 'endpoints')}.GroupId")
    assert len(screening.findings(CONTROL)) == 6


def test_all_groups_without_a_condition_are_wider(screening: Edited) -> None:
    del statements(screening, "MakeInterfacesInGroups")[0]["Condition"]
    assert len(screening.findings(CONTROL)) == 1


@pytest.mark.parametrize("operator", ["StringEquals", "ArnLike", "ArnEquals"])
def test_interfaces_may_be_limited_by_their_subnets(screening: Edited, operator: str) -> None:
    own = subnets(screening)
    for one in statements(screening, "ChangeInterfaces"):
        one["Condition"] = {operator: {"ec2:Subnet": own}}
    assert screening.findings(CONTROL) == []
    statements(screening, "ChangeInterfaces")[0]["Condition"] = {operator: {"ec2:Subnet": own[1:]}}
    assert len(screening.findings(CONTROL)) == 3


def test_what_is_limited_by_subnets_may_be_limited_by_the_network_too(screening: Edited) -> None:
    for one in statements(screening, "MakeInterfaces"):
        one["Condition"] = {"ArnEquals": {"ec2:Vpc": arn("vpc", screening.name(VPC))}}
    assert screening.findings(CONTROL) == []


def test_a_function_may_be_called_by_any_qualifier_where_there_is_none(screening: Edited) -> None:
    (calls,) = statements(screening, "CallFunctions")
    calls["Resource"].append({"Fn::Join": ["", [calls["Resource"][0], ":*"]]})
    assert screening.findings(CONTROL) == []
    function = screening.name("AWS::Lambda::Function")
    screening.resources["One"] = {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": function}}}
    assert len(screening.findings(CONTROL)) == 1


def test_a_function_may_tell_alerts_only_in_place_of_the_workflow(screening: Edited) -> None:
    (tells,) = statements(screening, "TellAlerts")
    checking = role(screening, "compliance-checking")["Policies"][0]["PolicyDocument"]["Statement"]
    checking.append({"Effect": "Allow", "Action": "sns:Publish", "Resource": tells["Resource"]})
    assert [path for _, path in screening.findings(CONTROL)] == [
        f"Policies[0].PolicyDocument.Statement[{len(checking) - 1}]"
    ]
    told = role(screening, "role-screening-transactions")["Policies"][0]["PolicyDocument"]["Statement"]
    told.remove(tells)
    assert screening.findings(CONTROL) == []
