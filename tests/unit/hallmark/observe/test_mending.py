"""How a difference is mended: by a deployment, by putting back what was built, or by hand, with the command."""

import copy
from typing import Any, Literal

import pytest

from hallmark.observe.drift import Difference
from hallmark.observe.mending import Mending
from tests.unit.hallmark.observe.stages import ACCOUNT, fake_stage

Json = dict[str, Any]
FUNCTION, ALIAS, VERSION = "AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"
RULE = "AWS::Events::Rule"
SUBSCRIPTION, PERMISSION, METHOD = "AWS::SNS::Subscription", "AWS::Lambda::Permission", "AWS::ApiGateway::Method"
UP = "hallmark up --system realtime --stage dev"
DOWN = "hallmark down --system realtime --stage dev"
RECREATE = f"recreate the stage, without its data: `{DOWN}`, then `{UP}`"


def _resource(kind: str, physical: str = "", **properties: Any) -> Json:
    facts = {"Hallmark": {"Physical": physical}} if physical else {}
    return {"Type": kind, "Properties": properties, "Metadata": facts}


RESOURCES = {
    "Judge": _resource(FUNCTION, FunctionName="judge", MemorySize=512),
    "JudgeVersion3": _resource(FUNCTION, FunctionName="judge:3"),
    "Live": _resource(ALIAS, FunctionName="judge", Name="live"),
    "One": _resource(VERSION, FunctionName="judge"),
    "Two": _resource(VERSION, "arn:aws:lambda:eu-central-1:1:function:judge:2", FunctionName="judge"),
    "Rule": _resource(RULE, Name="by hand", EventBusName="bus"),
    "Follower": _resource(SUBSCRIPTION, "arn:aws:sns:eu-central-1:1:t:9", Protocol="email"),
    "Caller": _resource(PERMISSION, "anybody", FunctionName="judge"),
    "Method": _resource(METHOD, RestApiId={"Ref": "Api"}),
    "Table": _resource("AWS::DynamoDB::Table", TableName="t"),
    "a-stack": _resource("AWS::CloudFormation::Stack", StackName="a-stack"),
}


def _mend(
    name: str,
    change: Literal["changed", "missing", "added"],
    path: str = "",
    declared: Any = None,
    deployed: Json | None = None,
    target: Literal["embedded", "aws"] = "embedded",
) -> str:
    template = {"Resources": {} if change == "added" else copy.deepcopy(RESOURCES)}
    observed = {"Metadata": {"Hallmark": {"Account": ACCOUNT, "System": "realtime"}}, "Resources": RESOURCES}
    mending = Mending(fake_stage(target=target), template, observed, deployed or template)
    return mending.of(Difference(name, RESOURCES[name]["Type"], change, path, declared))


@pytest.mark.parametrize(
    ("name", "change", "path"),
    [
        ("Judge", "changed", "Code.S3Key"),
        ("One", "changed", "CodeSha256"),
        ("Live", "changed", "FunctionVersion"),
        ("Live", "changed", "RoutingConfig.AdditionalVersionWeights[0].FunctionWeight"),
        ("JudgeVersion3", "changed", "MemorySize"),
    ],
)
def test_what_decides_which_code_runs_is_put_back(name: str, change: Any, path: str) -> None:
    assert _mend(name, change, path) == f"put back what was built: `{UP} --repair`"


def test_what_the_template_has_changed_is_deployed() -> None:
    older: Json = {"Resources": {**RESOURCES, "Judge": _resource(FUNCTION, FunctionName="judge", MemorySize=256)}}
    assert _mend("Judge", "changed", "MemorySize", 512, older) == f"deploy: `{UP}`"
    # Another setting's change does not bring the built code back.
    assert _mend("Judge", "changed", "Code.S3Key", "a.zip", older) == f"put back what was built: `{UP} --repair`"


def test_what_the_template_has_in_addition_is_deployed() -> None:
    older = {"Resources": {name: one for name, one in RESOURCES.items() if name != "Table"}}
    assert _mend("Table", "missing", deployed=older) == f"deploy: `{UP}`"


def test_a_stacks_own_settings_are_set_by_every_deployment() -> None:
    assert _mend("a-stack", "changed", "EnableTerminationProtection", "false") == f"deploy: `{UP}`"
    assert _mend("a-stack", "changed", "StackPolicyBody.Statement", None) == f"set it back by hand, or {RECREATE}"


def test_what_the_template_no_longer_has_is_deployed() -> None:
    assert _mend("Rule", "added", deployed={"Resources": RESOURCES}) == f"deploy: `{UP}`"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("Two", "aws lambda delete-function --function-name arn:aws:lambda:eu-central-1:1:function:judge:2"),
        ("Rule", "aws events delete-rule --name 'by hand' --event-bus-name bus"),
        ("Follower", "aws sns unsubscribe --subscription-arn arn:aws:sns:eu-central-1:1:t:9"),
        ("Caller", "aws lambda remove-permission --function-name judge --statement-id anybody"),
    ],
)
def test_what_was_added_is_deleted(name: str, command: str) -> None:
    assert _mend(name, "added") == f"delete it: `{command} --region eu-central-1`"


def test_without_a_command_it_is_deleted_by_hand() -> None:
    assert _mend("Method", "added") == "delete it by hand"


def test_a_setting_is_set_back() -> None:
    command = "aws lambda update-function-configuration --function-name judge --memory-size 512 --region eu-central-1"
    assert _mend("Judge", "changed", "MemorySize", "512") == f"set it back: `{command}`, or {RECREATE}"
    assert _mend("Table", "changed", "KeySchema[0]", "a") == f"set it back by hand, or {RECREATE}"


def test_what_is_gone_is_created_again() -> None:
    assert _mend("Table", "missing") == f"create it again by hand, or {RECREATE}"


def test_on_aws_cloudformation_can_revert_it() -> None:
    said = _mend("Table", "missing", target="aws")
    revert = "npx cdk deploy --app build/cdk.out --revert-drift hallmark-realtime-dev"
    assert said == f"create it again by hand, or let CloudFormation do it: `{revert}`"
