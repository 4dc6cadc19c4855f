"""How a difference is mended: by a deployment, by putting back what was built, or by hand, with the command."""

import copy
import json
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
    "Rule": _resource(RULE, Name="by hand", EventBusName="bus", Targets=[{"Id": "a", "Arn": "x"}]),
    "User": _resource("AWS::IAM::User", "tap", UserName="tap", Policies=[{"PolicyName": "p", "PolicyDocument": {}}]),
    "Odd": _resource("AWS::Odd::Thing", "odd"),
    "Api": _resource("AWS::ApiGateway::RestApi", "abc"),
    "Stage": _resource(
        "AWS::ApiGateway::Stage", RestApiId={"Ref": "Api"}, StageName="dev", DeploymentId={"Ref": "One"}
    ),
    "Queue": _resource("AWS::SQS::Queue", "http://q", QueueName="q", RedrivePolicy={"maxReceiveCount": 3}),
    "Role": _resource("AWS::IAM::Role", RoleName="r", Policies=[{"PolicyName": "own", "PolicyDocument": {"a": 1}}]),
    "Follower": _resource(SUBSCRIPTION, "arn:aws:sns:eu-central-1:1:t:9", Protocol="email"),
    "Caller": _resource(PERMISSION, "anybody", FunctionName="judge"),
    "Method": _resource(METHOD, RestApiId={"Ref": "Api"}),
    "Table": _resource("AWS::DynamoDB::Table", TableName="t"),
    "Vpc": _resource("AWS::EC2::VPC", "vpc-1", CidrBlock="10.0.0.0/16", Tags=[{"Key": "Kept", "Value": "a b"}]),
    "Guard": _resource(
        "AWS::EC2::SecurityGroup",
        "sg-1",
        SecurityGroupIngress=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8", "Description": "in"}
        ],
        SecurityGroupEgress=[{"IpProtocol": "-1", "DestinationPrefixListId": "pl-1"}],
    ),
    "Way": _resource("AWS::EC2::VPCEndpoint", "vpce-1", SubnetIds=["subnet-1"]),
    "Open": _resource("AWS::EC2::Route", "rtb-1|::/0", RouteTableId="rtb-1", DestinationIpv6CidrBlock="::/0"),
    "Vpn": _resource("AWS::EC2::VPCGatewayAttachment", "VGW|vpc-1", VpcId={"Ref": "Vpc"}, VpnGatewayId="vgw-1"),
    "a-stack": _resource("AWS::CloudFormation::Stack", StackName="a-stack"),
}


def _mend(
    name: str,
    change: Literal["changed", "missing", "added"],
    path: str = "",
    declared: Any = None,
    deployed: Json | None = None,
    target: Literal["embedded", "aws"] = "embedded",
    there: Json | None = None,
    seen: Any = None,
) -> str:
    template = {"Resources": {} if change == "added" else copy.deepcopy(RESOURCES)}
    resources = RESOURCES | (there or {})
    observed = {"Metadata": {"Hallmark": {"Account": ACCOUNT, "System": "realtime"}}, "Resources": resources}
    mending = Mending(fake_stage(target=target), template, observed, deployed or template)
    return mending.of(Difference(name, RESOURCES[name]["Type"], change, path, declared, seen))


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
        ("Follower", "aws sns unsubscribe --subscription-arn arn:aws:sns:eu-central-1:1:t:9"),
        ("Caller", "aws lambda remove-permission --function-name judge --statement-id anybody"),
    ],
)
def test_what_was_added_is_deleted(name: str, command: str) -> None:
    assert _mend(name, "added") == f"delete it: `{command} --region eu-central-1`"


def test_what_keeps_it_from_being_deleted_goes_first() -> None:
    removed = "aws events remove-targets --rule 'by hand' --event-bus-name bus --ids a"
    deleted = "aws events delete-rule --name 'by hand' --event-bus-name bus"
    said = f"delete it: `{removed} --region eu-central-1 && {deleted} --region eu-central-1`"
    assert _mend("Rule", "added") == said


def test_a_user_keeps_all_but_its_rights() -> None:
    command = "aws iam delete-user-policy --user-name tap --policy-name p --region eu-central-1"
    assert _mend("User", "added") == f"take its rights: `{command}`"


def test_without_a_command_it_is_deleted_by_hand() -> None:
    assert _mend("Method", "added") == "delete it by hand"
    assert _mend("Odd", "added") == "delete it by hand"


def test_on_an_emulator_a_command_acts_there() -> None:
    observed = {
        "Metadata": {"Hallmark": {"Account": ACCOUNT, "System": "realtime"}},
        "Resources": RESOURCES,
    }
    mending = Mending(fake_stage(endpoint="http://127.0.0.1:1"), {"Resources": {}}, observed, {"Resources": {}})
    said = mending.of(Difference("Follower", SUBSCRIPTION, "added"))
    assert said.endswith("--region eu-central-1 --endpoint-url http://127.0.0.1:1`")


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


@pytest.mark.parametrize(
    ("name", "path", "declared", "command"),
    [
        (
            "Queue",
            "RedrivePolicy.maxReceiveCount",
            "3",
            "aws sqs set-queue-attributes --queue-url http://q --attributes "
            """'{"RedrivePolicy": "{\\"maxReceiveCount\\": 3}"}'""",
        ),
        (
            "Queue",
            "KmsMasterKeyId",
            None,
            """aws sqs set-queue-attributes --queue-url http://q --attributes '{"KmsMasterKeyId": ""}'""",
        ),
        ("Queue", "Tags.owner", None, "aws sqs untag-queue --queue-url http://q --tag-keys owner"),
        (
            "Stage",
            "TracingEnabled",
            "true",
            "aws apigateway update-stage --rest-api-id abc --stage-name dev"
            " --patch-operations op=replace,path=/tracingEnabled,value=true",
        ),
        (
            "Role",
            "Policies[own].PolicyDocument.a",
            ("1",),
            """aws iam put-role-policy --role-name r --policy-name own --policy-document '{"a": 1}'""",
        ),
        ("Role", "Policies[tap].PolicyDocument.a", None, "aws iam delete-role-policy --role-name r --policy-name tap"),
        ("Judge", "KmsKeyArn", None, "aws lambda update-function-configuration --function-name judge --kms-key-arn ''"),
    ],
)
def test_settings_are_set_or_taken_away(name: str, path: str, declared: Any, command: str) -> None:
    said = _mend(name, "changed", path, declared)
    assert said == f"set it back: `{command} --region eu-central-1`, or {RECREATE}"


def test_what_only_a_deployment_knows_is_not_written_into_a_command() -> None:
    assert _mend("Stage", "changed", "DeploymentId", "x") == f"set it back by hand, or {RECREATE}"


GROUP = RESOURCES["Guard"]
PORT = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
RULE_IN = json.dumps([{**PORT, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "in"}]}])
ALL_OUT = '[{"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}]'


def _group(**properties: Any) -> Json:
    return {"Guard": {**GROUP, "Properties": {**GROUP["Properties"], **properties}}}


@pytest.mark.parametrize(
    ("path", "there", "command"),
    [
        (
            "SecurityGroupIngress[tcp 443 443 10.0.0.0/8].CidrIp",
            _group(SecurityGroupIngress=[]),
            f"authorize-security-group-ingress --group-id sg-1 --ip-permissions '{RULE_IN}'",
        ),
        (
            "SecurityGroupIngress[tcp 443 443 10.0.0.0/8].Description",
            _group(SecurityGroupIngress=[{**GROUP["Properties"]["SecurityGroupIngress"][0], "Description": "x"}]),
            f"update-security-group-rule-descriptions-ingress --group-id sg-1 --ip-permissions '{RULE_IN}'",
        ),
        (
            "SecurityGroupEgress[-1 pl-1].IpProtocol",
            _group(SecurityGroupEgress=[]),
            f"authorize-security-group-egress --group-id sg-1 --ip-permissions '{ALL_OUT}'",
        ),
        (
            "SecurityGroupIngress[-1 ::/0].CidrIpv6",
            _group(SecurityGroupIngress=[{"IpProtocol": "-1", "CidrIpv6": "::/0"}]),
            "revoke-security-group-ingress --group-id sg-1 --ip-permissions "
            """'[{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]'""",
        ),
    ],
)
def test_one_rule_of_a_group_is_set_back(path: str, there: Json, command: str) -> None:
    declared = None if "::/0" in path else "declared"
    assert _mend("Guard", "changed", path, declared, there=there).startswith(
        f"set it back: `aws ec2 {command} --region"
    )


@pytest.mark.parametrize(
    ("name", "path", "declared", "command"),
    [
        ("Vpc", "Tags.Kept", "a b", "aws ec2 create-tags --resources vpc-1 --tags Key=Kept,Value='a b'"),
        ("Vpc", "Tags.More", None, "aws ec2 delete-tags --resources vpc-1 --tags Key=More"),
        ("Queue", "Tags.Kept", "a", "aws sqs tag-queue --queue-url http://q --tags Kept=a"),
        ("Role", "Tags.More", None, "aws iam untag-role --role-name r --tag-keys More"),
    ],
)
def test_one_tag_is_set_back(name: str, path: str, declared: str | None, command: str) -> None:
    assert _mend(name, "changed", path, declared).startswith(f"set it back: `{command} --region")


def test_a_list_of_an_endpoint_is_added_to_before_it_is_taken_from() -> None:
    mend = _mend("Way", "changed", "SubnetIds", ("subnet-1",), seen=("subnet-2",))
    calls = [one.split(" --region")[0].split("--")[-1] for one in mend.split("`")[1].split(" && ")]
    assert calls == ["add-subnet-ids subnet-1", "remove-subnet-ids subnet-2"]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("Open", "delete-route --route-table-id rtb-1 --destination-ipv6-cidr-block ::/0"),
        ("Vpn", "detach-vpn-gateway --vpn-gateway-id vgw-1 --vpc-id vpc-1"),
    ],
)
def test_what_has_several_forms_is_deleted_by_its_own(name: str, command: str) -> None:
    assert _mend(name, "added").startswith(f"delete it: `aws ec2 {command} --region")


def test_what_ec2_names_is_not_made_again_by_hand() -> None:
    assert _mend("Vpc", "missing") == RECREATE
