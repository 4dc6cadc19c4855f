"""Lambda makes and removes the functions' interfaces with their roles: each leaves its network and comes back."""

from typing import Any

import pytest

from hallmark.stage import Stage
from infra.screening.outputs import Output
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.embedded, pytest.mark.control("SC_IAM_LEAST")]
FUNCTIONS = (Output.VALIDATION_ARN, Output.FRAUD_DETECTION_ARN, Output.COMPLIANCE_CHECKING_ARN)
NOWHERE: dict[str, list[str]] = {"SubnetIds": [], "SecurityGroupIds": []}


def _interfaces(stage: Stage) -> set[str]:
    """The subnets in which Lambda has an interface."""
    asked = {"vpc-id": stage.outputs[Output.VPC_ID], "interface-type": "lambda"}
    filters = [{"Name": name, "Values": [value]} for name, value in asked.items()]
    found = stage.client("ec2").describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    return {one["SubnetId"] for one in found}


def _move(stage: Stage, function: str, network: dict[str, Any]) -> None:
    awslambda = stage.client("lambda")
    awslambda.update_function_configuration(FunctionName=function, VpcConfig=network)
    settled = lambda: awslambda.get_function_configuration(FunctionName=function)  # noqa: E731
    wait_for(lambda: settled()["LastUpdateStatus"] == "Successful", function)


def test_interfaces_go_with_the_last_function_and_come_back(stage: Stage) -> None:
    functions = [stage.outputs[name] for name in FUNCTIONS]
    config = stage.client("lambda").get_function_configuration(FunctionName=functions[0])["VpcConfig"]
    network = {name: config[name] for name in NOWHERE}
    assert _interfaces(stage) == set(network["SubnetIds"])
    try:
        for function in functions:
            assert _interfaces(stage)
            _move(stage, function, NOWHERE)
        assert _interfaces(stage) == set()
    finally:
        for function in functions:
            _move(stage, function, network)
    assert _interfaces(stage) == set(network["SubnetIds"])
