"""A stage of several stacks: all of them are looked at, and one that is missing is said in one line."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from hallmark.observe.deployment import Deployment
from hallmark.stage.deployed import DeployedStage
from hallmark.together import stack_of
from infra.errors import UserError
from infra.systems import System

MAIN, NETWORK = "hallmark-realtime-dev", "hallmark-realtime-network-dev"
OUTPUTS = {MAIN: {"ApiId": "a"}, NETWORK: {"VpcId": "v"}}
BUCKET, VPC = {"Type": "AWS::S3::Bucket"}, {"Type": "AWS::EC2::VPC"}
TEMPLATES = {MAIN: {"Resources": {"Files": BUCKET}}, NETWORK: {"Resources": {"Network": VPC}}}


class CloudFormation:
    """An account with stacks; the network's alone is protected."""

    def __init__(self, *deployed: str, status: str = "CREATE_COMPLETE") -> None:
        self.deployed, self.status = deployed, status

    def describe_stacks(self, StackName: str) -> Any:
        if StackName not in self.deployed:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in OUTPUTS[StackName].items()]
        protected = StackName == NETWORK
        stack = {"StackName": StackName, "Outputs": outputs, "EnableTerminationProtection": protected}
        return {"Stacks": [stack | {"StackStatus": self.status if StackName == MAIN else "CREATE_COMPLETE"}]}

    def get_template(self, StackName: str, TemplateStage: str) -> Any:
        return {"TemplateBody": TEMPLATES[StackName]}


def _stage(*deployed: str, status: str = "CREATE_COMPLETE") -> DeployedStage:
    session = boto3.Session(region_name="eu-central-1")
    clients = {"cloudformation": CloudFormation(*deployed, status=status)}
    return DeployedStage("realtime", "dev", "aws", session, stacks=(MAIN, NETWORK), _clients=clients)


def test_the_stacks_are_the_registrys_unless_others_are_given() -> None:
    system = System("upload", "UP", "us-east-1", "", parts=("images", "network"))
    assert system.stack_names("dev") == (
        "hallmark-upload-dev",
        "hallmark-upload-images-dev",
        "hallmark-upload-network-dev",
    )
    stage = DeployedStage("realtime", "dev", "aws", boto3.Session(region_name="eu-central-1"))
    assert stage.stacks == (MAIN,)
    assert stage.of_stacks("hallmark-floor-dev").stacks == ("hallmark-floor-dev",)


def test_outputs_and_templates_of_all_stacks_are_joined() -> None:
    stage = _stage(MAIN, NETWORK)
    assert stage.outputs == {"ApiId": "a", "VpcId": "v"}
    assert stage.protected == (NETWORK,)
    there = Deployment(stage).deployed
    assert {name: one["Type"] for name, one in there["Resources"].items()} == {
        "Files": BUCKET["Type"],
        "Network": VPC["Type"],
    }
    assert [stack_of(there, name) for name in ("Files", "Network", "Other")] == [MAIN, NETWORK, ""]


def test_a_stack_that_is_missing_is_named_with_what_to_do() -> None:
    stage = _stage(MAIN)
    assert stage.is_up
    with pytest.raises(UserError) as raised:
        _ = stage.outputs
    wanted = "run `hallmark up --system realtime --target aws --stage dev`"
    assert str(raised.value) == f"stage dev is not deployed ({NETWORK} does not exist): {wanted}"


@pytest.mark.parametrize(
    "status", ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS", "ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_IN_PROGRESS"]
)
def test_a_stack_that_was_never_made_is_one_line(status: str) -> None:
    stage = _stage(MAIN, NETWORK, status=status)
    assert stage.is_up and not stage.is_whole
    with pytest.raises(UserError, match=rf"\({MAIN} is {status}\): wait .*, or run `hallmark up") as raised:
        _ = stage.outputs
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "status", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"]
)
def test_a_stack_that_is_changed_has_its_outputs(status: str) -> None:
    assert _stage(MAIN, NETWORK, status=status).is_whole and not _stage(MAIN).is_whole
    assert _stage(MAIN, NETWORK, status=status).outputs["VpcId"] == "v"
