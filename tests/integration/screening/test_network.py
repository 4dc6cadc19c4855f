"""The network as it is deployed: where functions are, what passes to them and from them, and what is recorded."""

import json
from typing import Any

import pytest

from hallmark.naming import physical
from hallmark.stage import Stage
from infra.screening.outputs import Output

Json = dict[str, Any]
FUNCTIONS = {
    "validation": Output.VALIDATION_ARN,
    "fraud-detection": Output.FRAUD_DETECTION_ARN,
    "compliance-checking": Output.COMPLIANCE_CHECKING_ARN,
}
BY_FUNCTION = pytest.mark.parametrize("function", FUNCTIONS)
# What a function's code may ask of DynamoDB, and of what: nothing else passes its endpoint.
PASSES = {
    ("validation", ""): {"GetItem", "PutItem", "UpdateItem"},
    ("fraud-detection", "/index/customer-time"): {"Query"},
    ("fraud-detection", ""): {"UpdateItem"},
    ("compliance-checking", "/index/customer-time"): {"Query"},
    ("compliance-checking", ""): {"UpdateItem"},
}


def _inside(stage: Stage, operation: str, listed: str) -> list[Json]:
    asked = [{"Name": "vpc-id", "Values": [stage.outputs[Output.VPC_ID]]}]
    found: list[Json] = getattr(stage.client("ec2"), operation)(Filters=asked)[listed]
    return found


def _group(stage: Stage, purpose: str) -> Json:
    name = physical(stage, purpose, "securitygroup")
    (found,) = (one for one in _inside(stage, "describe_security_groups", "SecurityGroups") if one["GroupName"] == name)
    return found


def _endpoint(stage: Stage, service: str) -> Json:
    listed = _inside(stage, "describe_vpc_endpoints", "VpcEndpoints")
    (found,) = (one for one in listed if one["ServiceName"] == f"com.amazonaws.{stage.region}.{service}")
    return found


def _statements(endpoint: Json) -> list[Json]:
    found: list[Json] = json.loads(endpoint["PolicyDocument"])["Statement"]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.control("SC_FN_NETWORK")
@BY_FUNCTION
def test_a_function_is_in_the_three_private_subnets_with_the_functions_group(stage: Stage, function: str) -> None:
    config = stage.client("lambda").get_function_configuration(FunctionName=stage.outputs[FUNCTIONS[function]])
    network = config["VpcConfig"]
    assert network["VpcId"] == stage.outputs[Output.VPC_ID]
    subnets = {one["SubnetId"]: one for one in _inside(stage, "describe_subnets", "Subnets")}
    assert {*network["SubnetIds"]} == {*subnets}
    assert len({one["AvailabilityZone"] for one in subnets.values()}) == len(subnets) == 3
    assert not [one for one in subnets.values() if one["MapPublicIpOnLaunch"]]
    assert network["SecurityGroupIds"] == [_group(stage, "functions")["GroupId"]]


@pytest.mark.control("SC_NET_SUBNETS")
def test_no_route_leads_further_than_the_gateways(stage: Stage) -> None:
    subnets = {one["SubnetId"] for one in _inside(stage, "describe_subnets", "Subnets")}
    associated, targets = set[str](), set[str]()
    for table in _inside(stage, "describe_route_tables", "RouteTables"):
        associated |= {one["SubnetId"] for one in table["Associations"] if "SubnetId" in one}
        targets |= {route["GatewayId"] for route in table["Routes"]}
    gateways = {_endpoint(stage, service)["VpcEndpointId"] for service in ("dynamodb", "s3")}
    assert (associated, targets) == (subnets, {"local", *gateways})
    ec2, own = stage.client("ec2"), stage.outputs[Output.VPC_ID]
    attached = [one for way in ec2.describe_internet_gateways()["InternetGateways"] for one in way["Attachments"]]
    assert own not in [one["VpcId"] for one in attached]
    assert own not in [one["VpcId"] for one in ec2.describe_nat_gateways()["NatGateways"]]


@pytest.mark.control("SC_NET_HTTPS")
def test_functions_reach_443_and_only_their_group_reaches_the_endpoints(stage: Stage) -> None:
    functions, endpoints = _group(stage, "functions"), _group(stage, "endpoints")
    assert functions["IpPermissions"] == []
    (out,) = functions["IpPermissionsEgress"]
    assert (out["IpProtocol"], out["FromPort"], out["ToPort"]) == ("tcp", 443, 443)
    (into,) = endpoints["IpPermissions"]
    assert (into["IpProtocol"], into["FromPort"], into["ToPort"]) == ("tcp", 443, 443)
    assert [pair["GroupId"] for pair in into["UserIdGroupPairs"]] == [functions["GroupId"]]
    assert not [into[kind] for kind in ("IpRanges", "Ipv6Ranges", "PrefixListIds") if into.get(kind)]
    # Without any rule, a group would let everything out: the only one leads to no address.
    assert [one["CidrIp"] for rule in endpoints["IpPermissionsEgress"] for one in rule["IpRanges"]] == [
        "255.255.255.255/32"
    ]


@pytest.mark.control("SC_NET_ENDPOINTS")
def test_the_endpoints_are_two_gateways_and_one_with_private_names_in_every_subnet(stage: Stage) -> None:
    listed = _inside(stage, "describe_vpc_endpoints", "VpcEndpoints")
    kinds = {one["ServiceName"].rpartition(".")[2]: one["VpcEndpointType"] for one in listed}
    assert kinds == {"dynamodb": "Gateway", "s3": "Gateway", "states": "Interface"} and len(listed) == len(kinds)
    tables = {
        association["RouteTableId"]
        for table in _inside(stage, "describe_route_tables", "RouteTables")
        for association in table["Associations"]
        if "SubnetId" in association
    }
    assert all({*_endpoint(stage, service)["RouteTableIds"]} == tables for service in ("dynamodb", "s3"))
    states = _endpoint(stage, "states")
    assert states["PrivateDnsEnabled"] is True
    assert {*states["SubnetIds"]} == {one["SubnetId"] for one in _inside(stage, "describe_subnets", "Subnets")}
    assert [group["GroupId"] for group in states["Groups"]] == [_group(stage, "endpoints")["GroupId"]]
    for name in ("enableDnsSupport", "enableDnsHostnames"):
        answer = stage.client("ec2").describe_vpc_attribute(VpcId=stage.outputs[Output.VPC_ID], Attribute=name)
        assert answer[f"{name[0].upper()}{name[1:]}"]["Value"] is True


@pytest.mark.control("SC_NET_ENDPOINTS", "SC_IAM_LEAST")
def test_dynamodb_s_endpoint_lets_through_what_each_role_may_and_nothing_else(stage: Stage) -> None:
    table, account = stage.outputs[Output.STATE_TABLE], stage.client("sts").get_caller_identity()["Account"]
    found: dict[tuple[str, str], set[str]] = {}
    for statement in _statements(_endpoint(stage, "dynamodb")):
        assert statement["Effect"] == "Allow"
        ((operator, keys),) = statement["Condition"].items()
        ((key, role),) = keys.items()
        assert (operator, key.lower()) == ("ArnEquals", "aws:principalarn")
        for function in FUNCTIONS:
            if role == f"arn:aws:iam::{account}:role/{physical(stage, function, 'role')}":
                break
        else:
            pytest.fail(f"{role} is no function's")
        for resource in _listed(statement["Resource"]):
            own = f"arn:aws:dynamodb:{stage.region}:{account}:table/{table}"
            assert resource.startswith(own)
            actions = {action.removeprefix("dynamodb:") for action in _listed(statement["Action"])}
            found.setdefault((function, resource.removeprefix(own)), set()).update(actions)
    assert found == PASSES


@pytest.mark.control("SC_NET_ENDPOINTS")
@pytest.mark.parametrize("service", ["s3", "states"])
def test_an_endpoint_that_no_right_needs_is_for_this_account_s_own_resources(stage: Stage, service: str) -> None:
    account = stage.client("sts").get_caller_identity()["Account"]
    statements = _statements(_endpoint(stage, service))
    assert statements
    for statement in statements:
        wanted = {"aws:PrincipalAccount": account, "aws:ResourceAccount": account}
        assert (statement["Effect"], statement["Condition"]) == ("Allow", {"StringEquals": wanted})


@pytest.mark.control("SC_NET_FLOWS")
def test_rejected_traffic_is_recorded_for_30_days_by_a_role_that_may(stage: Stage) -> None:
    asked = [{"Name": "resource-id", "Values": [stage.outputs[Output.VPC_ID]]}]
    (log,) = stage.client("ec2").describe_flow_logs(Filters=asked)["FlowLogs"]
    group = stage.outputs[Output.FLOW_LOG_GROUP]
    assert (log["TrafficType"], log["LogDestinationType"], log["LogGroupName"]) == ("REJECT", "cloud-watch-logs", group)
    assert (log["FlowLogStatus"], log["DeliverLogsStatus"]) == ("ACTIVE", "SUCCESS")
    assert log["DeliverLogsPermissionArn"].endswith(f":role/{physical(stage, 'flow-log', 'role')}")
    (kept,) = stage.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert kept["retentionInDays"] == 30
