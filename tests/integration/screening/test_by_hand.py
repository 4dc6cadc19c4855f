"""Whoever got in: what is changed in the network by hand is named by drift, what a function's code tries is refused.

On an emulator of its own, because these changes break the stage, and no right is used as it should be.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchmarks.calls_by_hand import Caller
from hallmark import deploy, yaml_lines
from hallmark.naming import physical
from hallmark.observe.comparison import compare
from hallmark.observe.drift import Difference
from hallmark.project import ROOT
from hallmark.stage import Stage, embedded
from hallmark.stage.embedded.emulator import Emulator, emulator
from hallmark.stage.sessions import session
from hallmark.up import deploy_embedded
from infra.screening.outputs import Output
from infra.systems import system_of
from tests.support.command import Command

pytestmark = pytest.mark.embedded
SYSTEM = "screening"
REGION = system_of(SYSTEM).region
TABLE: dict[str, Any] = yaml_lines.read(ROOT / "tests" / "integration" / SYSTEM / "changes_by_hand.yaml")
ROWS = {row["name"]: row for row in TABLE["changes"]}
# Change -> the type of what nobody declared, or how the declared one's id begins, and how the path does.
ADDED = {
    "a network has a way to the internet": "InternetGateway",
    "a route leads out": "Route",
    "addresses are translated": "NatGateway",
    "a network is joined with another": "VPCPeeringConnection",
    "a gateway for IPv6 out": "EgressOnlyInternetGateway",
    "a VPN has a way in": "VPCGatewayAttachment",
    "a route of IPv6 leads out": "Route",
    "a VPN writes routes": "VPNGatewayRoutePropagation",
    "an instance in a subnet": "Instance",
    "a function's interface has a public address": "EIPAssociation",
    "a network has a further range": "VPCCidrBlock",
    "an interface of somebody": "NetworkInterface",
    "a subnet of somebody": "Subnet",
    "a group of somebody": "SecurityGroup",
    "a list denies what functions need": "NetworkAclEntry",
    "an endpoint of somebody": "VPCEndpoint",
    "accepted traffic is recorded elsewhere": "FlowLog",
}
CHANGED = {
    "a subnet gives public addresses": ("NetworkPrivate", "MapPublicIpOnLaunch"),
    "functions are reached from everywhere": ("FunctionsGroup", "SecurityGroupIngress"),
    "functions reach everything": ("FunctionsGroup", "SecurityGroupEgress"),
    "endpoints let nobody in": ("EndpointsGroup", "SecurityGroupIngress"),
    "an endpoint lets everything through": ("Endpointsdynamodb", "PolicyDocument"),
    "an endpoint is in no table of routes": ("Endpointsdynamodb", "RouteTableIds"),
    "an endpoint loses its names": ("Endpointsstates", "PrivateDnsEnabled"),
    "an endpoint has another group": ("Endpointsstates", "SecurityGroupIds"),
    "a network resolves no names": ("NetworkVpc", "EnableDnsSupport"),
    "a network has another tag": ("NetworkVpc", "Tags"),
    "a function is in one subnet": ("Functions", "VpcConfig.SubnetIds"),
    "a function is in no network": ("Functions", "VpcConfig.SecurityGroupIds"),
}
# What cannot be made beside another one.
ALONE = {"a function is in no network"}
# Change -> the call and its arguments; none is taken back, for what takes its place has another id.
GONE: dict[str, Callable[[Any, Stage], None]] = {
    "RejectedTraffic": lambda ec2, stage: ec2.delete_flow_logs(FlowLogIds=[_flow_log(ec2, stage)]),
    "Endpointsdynamodb": lambda ec2, stage: ec2.delete_vpc_endpoints(VpcEndpointIds=[_endpoint(ec2, stage)]),
}


def _flow_log(ec2: Any, stage: Stage) -> str:
    asked = [{"Name": "resource-id", "Values": [stage.outputs[Output.VPC_ID]]}]
    return str(ec2.describe_flow_logs(Filters=asked)["FlowLogs"][0]["FlowLogId"])


def _endpoint(ec2: Any, stage: Stage) -> str:
    asked = [{"Name": "vpc-id", "Values": [stage.outputs[Output.VPC_ID]]}]
    asked.append({"Name": "service-name", "Values": [f"com.amazonaws.{REGION}.dynamodb"]})
    return str(ec2.describe_vpc_endpoints(Filters=asked)["VpcEndpoints"][0]["VpcEndpointId"])


@pytest.fixture(scope="module")
def own_emulator() -> Iterator[Emulator]:
    with emulator() as started:
        deploy.bootstrap(embedded.ACCOUNT, REGION, embedded.environment(started, REGION))
        yield started


@pytest.fixture(scope="module")
def breakable(own_emulator: Emulator) -> Stage:
    """`dev`, deployed for these tests alone."""
    return deploy_embedded(own_emulator, SYSTEM, "dev", lambda step: None)


@pytest.fixture(scope="module")
def differences(breakable: Stage) -> dict[bool, list[Difference]]:
    """What drift says while all changes are made, but for those that are made alone; and while those are."""
    assert compare(breakable).differences == ()
    found = {}
    for alone in (False, True):
        with ExitStack() as made:
            for name, row in ROWS.items():
                if (name in ALONE) is alone:
                    made.enter_context(Caller(breakable, TABLE).made(row))
            found[alone] = [one.difference for one in compare(breakable).differences]
    return found


@pytest.mark.control("SC_NET_SUBNETS", "SC_NET_HTTPS", "SC_NET_ENDPOINTS", "SC_NET_FLOWS", "SC_FN_NETWORK")
@pytest.mark.parametrize("name", ROWS)
def test_a_change_by_hand_is_named(differences: dict[bool, list[Difference]], name: str) -> None:
    found = differences[name in ALONE]
    if name in ADDED:
        assert [one for one in found if (one.change, one.type) == ("added", f"AWS::EC2::{ADDED[name]}")], found
    else:
        resource, path = CHANGED[name]
        assert [one for one in found if one.resource.startswith(resource) and one.path.startswith(path)], found


def test_nothing_of_them_is_left(differences: dict[bool, list[Difference]], breakable: Stage) -> None:
    assert compare(breakable).differences == ()


@pytest.fixture(scope="module")
def own_code(breakable: Stage) -> Any:
    """EC2 as a function's code calls it: other code that has taken the place of the function's."""
    functions, name = breakable.client("lambda"), physical(breakable, "validation", "lambda")
    config = functions.get_function_configuration(FunctionName=name)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "import os\n\ndef handler(event, context):\n    return dict(os.environ)\n")
    functions.delete_function(FunctionName=name)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=config["Role"],
        Handler="index.handler",
        Code={"ZipFile": buffer.getvalue()},
        VpcConfig={field: config["VpcConfig"][field] for field in ("SubnetIds", "SecurityGroupIds")},
    )
    given = json.load(functions.invoke(FunctionName=name)["Payload"])
    keys = (given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"])
    return session(*keys, region=REGION).client("ec2", endpoint_url=breakable.endpoint)


# What Lambda may do with the function's role, as the function's own code asks for it.
INTERFACES: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    "DescribeNetworkInterfaces": lambda ec2, there: ec2.describe_network_interfaces(),
    "DescribeSubnets": lambda ec2, there: ec2.describe_subnets(),
    "CreateNetworkInterface": lambda ec2, there: ec2.create_network_interface(SubnetId=there["SubnetId"]),
    "DeleteNetworkInterface": lambda ec2, there: ec2.delete_network_interface(
        NetworkInterfaceId=there["NetworkInterfaceId"]
    ),
    "AssignPrivateIpAddresses": lambda ec2, there: ec2.assign_private_ip_addresses(
        NetworkInterfaceId=there["NetworkInterfaceId"], SecondaryPrivateIpAddressCount=1
    ),
    "UnassignPrivateIpAddresses": lambda ec2, there: ec2.unassign_private_ip_addresses(
        NetworkInterfaceId=there["NetworkInterfaceId"], PrivateIpAddresses=["10.40.0.9"]
    ),
}


@pytest.mark.control("SC_IAM_LEAST")
@pytest.mark.parametrize("action", INTERFACES)
def test_a_function_s_own_code_may_not_what_lambda_may(breakable: Stage, own_code: Any, action: str) -> None:
    listed = breakable.client("ec2").describe_network_interfaces()["NetworkInterfaces"]
    there = next(one for one in listed if one.get("InterfaceType") == "lambda")
    with pytest.raises(ClientError, match=f"ec2:{action} .*with an explicit deny in an identity-based policy"):
        INTERFACES[action](own_code, there)


@pytest.mark.control("SC_NET_ENDPOINTS", "SC_NET_FLOWS")
def test_an_endpoint_and_the_flow_log_that_are_gone_are_named(
    breakable: Stage, own_emulator: Emulator, own_code: Any, tmp_path: Path
) -> None:
    """After all others: nothing puts them back."""
    for delete in GONE.values():
        delete(breakable.client("ec2"), breakable)
    hallmark = Command(SYSTEM, embedded.environment(own_emulator, REGION), tmp_path)
    told = hallmark("drift", "--system", SYSTEM, "--target", "aws")
    assert told.returncode == 1, told.stdout + told.stderr
    assert [name for name in GONE if name not in told.stdout] == []
