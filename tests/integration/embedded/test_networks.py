"""A network in a stack of its own: kept, read back, imported by another stack, deleted in order."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from hallmark.observe import observe
from hallmark.observe.drift import drift
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import ACCOUNT
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.sessions import session
from tests.integration.embedded.network_stacks import (
    MAIN,
    NAME,
    NETWORK,
    REGION,
    Json,
    declared,
    deployed,
    physical_ids,
)
from tests.support.policy_statements import allow


@pytest.fixture(scope="module")
def stage(running_emulator: Emulator) -> Iterator[DeployedStage]:
    """The three stacks, which are deleted at the end, in order."""
    with deployed(running_emulator) as stage:
        yield stage


@pytest.fixture(scope="module")
def ids(stage: DeployedStage) -> dict[str, str]:
    """The physical ids of the network's resources."""
    return physical_ids(stage)


def test_nothing_is_lost_on_the_way(stage: DeployedStage) -> None:
    observed = observe(stage)
    assert drift(declared(), observed) == []
    assert set(observed["Resources"]) == set(declared()["Resources"])
    zones = [observed["Resources"][name]["Properties"]["AvailabilityZone"] for name in ("One", "Two")]
    assert zones == [f"{REGION}a", f"{REGION}b"]


def test_a_gateway_endpoint_is_a_route_to_its_prefix_list(stage: DeployedStage, ids: dict[str, str]) -> None:
    (table,) = stage.client("ec2").describe_route_tables(RouteTableIds=[ids["Table"]])["RouteTables"]
    (route,) = (one for one in table["Routes"] if one["GatewayId"] == ids["S3"])
    named = {"Name": "prefix-list-name", "Values": [f"com.amazonaws.{REGION}.s3"]}
    (listed,) = stage.client("ec2").describe_prefix_lists(Filters=[named])["PrefixLists"]
    assert route["DestinationPrefixListId"] == listed["PrefixListId"]


def test_endpoints_are_found_by_filters(stage: DeployedStage, ids: dict[str, str]) -> None:
    def found(**filters: str) -> set[str]:
        asked = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
        listed = stage.client("ec2").describe_vpc_endpoints(Filters=asked)["VpcEndpoints"]
        return {one["VpcEndpointId"] for one in listed}

    assert found(vpc_id=ids["Vpc"]) == {ids["S3"], ids["States"]}
    assert found(vpc_id=ids["Vpc"], service_name=f"com.amazonaws.{REGION}.states") == {ids["States"]}
    assert found(vpc_id=ids["Vpc"], vpc_endpoint_type="Gateway") == {ids["S3"]}


def test_a_function_has_interfaces_in_each_subnet(stage: DeployedStage, ids: dict[str, str]) -> None:
    asked = [{"Name": "vpc-id", "Values": [ids["Vpc"]]}, {"Name": "interface-type", "Values": ["lambda"]}]
    found = stage.client("ec2").describe_network_interfaces(Filters=asked)["NetworkInterfaces"]
    assert {one["SubnetId"] for one in found} == {ids["One"], ids["Two"]}
    assert stage.client("lambda").get_function_configuration(FunctionName=NAME)["VpcConfig"]["VpcId"] == ids["Vpc"]


def test_what_is_in_use_cannot_be_deleted(stage: DeployedStage, ids: dict[str, str]) -> None:
    ec2 = stage.client("ec2")
    for call, name in (
        (ec2.delete_subnet, {"SubnetId": ids["One"]}),
        (ec2.delete_security_group, {"GroupId": ids["Functions"]}),
        (ec2.delete_security_group, {"GroupId": ids["Endpoints"]}),
    ):
        with pytest.raises(ClientError) as refused:
            call(**name)
        assert refused.value.response["Error"]["Code"] == "DependencyViolation"


def test_an_export_in_use_keeps_its_stack(stage: DeployedStage) -> None:
    with pytest.raises(ClientError, match=f"imported by stack {MAIN}"):
        stage.client("cloudformation").delete_stack(StackName=NETWORK)


def test_the_functions_own_code_may_not_what_lambda_may(stage: DeployedStage) -> None:
    given = json.load(stage.client("lambda").invoke(FunctionName=NAME)["Payload"])
    keys = (given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"])
    ec2 = session(*keys, region=REGION).client("ec2", endpoint_url=stage.endpoint)
    with pytest.raises(ClientError, match="explicit deny"):
        ec2.describe_network_interfaces()


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ("ec2:CreateNetworkInterface", "does not have permissions to call CreateNetworkInterface on EC2"),
        ("ec2:DescribeNetworkInterfaces", "does not have permissions to call DescribeNetworkInterfaces on EC2"),
    ],
)
def test_a_role_that_may_not_make_interfaces_is_refused(
    stage: DeployedStage, ids: dict[str, str], unique: str, lacking: str, said: str
) -> None:
    iam, awslambda = stage.client("iam"), stage.client("lambda")
    rights = {"ec2:CreateNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:Describe*"} - {lacking}
    rights = rights - {"ec2:Describe*"} if lacking.startswith("ec2:Describe") else rights
    role = f"test-{unique}"
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})]}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    document = json.dumps({"Statement": [allow(sorted(rights), "*")]})
    iam.put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=document)
    network = {"SubnetIds": [ids["One"]], "SecurityGroupIds": [ids["Functions"]]}
    with pytest.raises(ClientError, match=said):
        awslambda.create_function(
            FunctionName=unique,
            Runtime="python3.11",
            Role=arn,
            Handler="index.handler",
            Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
            VpcConfig=network,
        )
    iam.delete_role_policy(RoleName=role, PolicyName="own")
    iam.delete_role(RoleName=role)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ServiceName": f"com.amazonaws.{REGION}.s3", "RouteTableIds": ["Table"]}, "RouteAlreadyExists"),
        ({"ServiceName": f"com.amazonaws.{REGION}.states", "VpcEndpointType": "Interface"}, "InvalidParameter"),
    ],
)
def test_a_second_endpoint_for_a_service_is_refused(
    stage: DeployedStage, ids: dict[str, str], given: Json, code: str
) -> None:
    tables = {"RouteTableIds": [ids[one] for one in given.get("RouteTableIds", [])]} if "RouteTableIds" in given else {}
    with pytest.raises(ClientError) as refused:
        stage.client("ec2").create_vpc_endpoint(VpcId=ids["Vpc"], **{**given, **tables})
    assert refused.value.response["Error"]["Code"] == code


def test_a_flow_log_says_that_its_role_may_not_deliver(stage: DeployedStage, ids: dict[str, str], unique: str) -> None:
    ec2 = stage.client("ec2")
    asked = {"ResourceIds": [ids["One"]], "ResourceType": "Subnet", "TrafficType": "ALL", "LogGroupName": unique}
    (made,) = ec2.create_flow_logs(**asked, DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/none")["FlowLogIds"]
    (found,) = ec2.describe_flow_logs(FlowLogIds=[made])["FlowLogs"]
    ec2.delete_flow_logs(FlowLogIds=[made])
    assert (found["DeliverLogsStatus"], found["DeliverLogsErrorMessage"]) == ("FAILED", "Access error")
    (own,) = ec2.describe_flow_logs(FlowLogIds=[ids["FlowLog"]])["FlowLogs"]
    assert own["DeliverLogsStatus"] == "SUCCESS"


Change = Callable[[Any, dict[str, str]], Iterator[None]]
