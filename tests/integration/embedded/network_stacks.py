"""A network in a stack of its own, with images and functions in two others."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from hallmark.stage.deployed import DeployedStage
from hallmark.stage.embedded import ACCOUNT, SECRET
from hallmark.stage.embedded.emulator import Emulator
from hallmark.stage.sessions import session
from hallmark.together import joined, with_stacks
from tests.support.policy_statements import allow
from tests.support.waiting import wait_for

Json = dict[str, Any]
SYSTEM, STAGE, REGION = "screening", "kept", "us-east-1"
NETWORK, IMAGES, MAIN = (f"hallmark-{SYSTEM}-{part}{STAGE}" for part in ("network-", "images-", ""))
NAME = f"screening-reader-{STAGE}"
HERE = f"{REGION}:{ACCOUNT}"
TAGS = [{"Key": "Name", "Value": f"vpc-screening-network-{STAGE}"}]
EC2 = "AWS::EC2::"


def of(kind: str, **properties: Any) -> Json:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _role(name: str, service: str, *statements: Json) -> Json:
    trust = {"Statement": [allow("sts:AssumeRole", Principal={"Service": service})]}
    policies = [{"PolicyName": "own", "PolicyDocument": {"Statement": list(statements)}}]
    return of("IAM::Role", RoleName=f"{NAME}-{name}", AssumeRolePolicyDocument=trust, Policies=policies)


def _interface_rights() -> list[Json]:
    """What Lambda needs, and the function's own code may not."""
    make, find = "ec2:CreateNetworkInterface", ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
    change = ["ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses"]
    subnets = [{"Fn::Sub": f"arn:aws:ec2:{HERE}:subnet/${{{name}}}"} for name in ("One", "Two")]
    inside = {"ArnEquals": {"ec2:Vpc": {"Fn::Sub": f"arn:aws:ec2:{HERE}:vpc/${{Vpc}}"}}}
    own = {"ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:{HERE}:function:{NAME}"}}
    return [
        {**allow(make, None), "Resource": [f"arn:aws:ec2:{HERE}:network-interface/*", *subnets]},
        allow(make, f"arn:aws:ec2:{HERE}:security-group/*", Condition=inside),
        allow(change, f"arn:aws:ec2:{HERE}:network-interface/*", Condition=inside),
        allow(find, "*"),
        {"Effect": "Deny", "Action": [make, *find, *change], "Resource": "*", "Condition": own},
    ]


def _network() -> Json:
    vpc, group = {"Ref": "Vpc"}, {"Fn::GetAtt": ["Functions", "GroupId"]}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    nowhere = {"IpProtocol": "icmp", "FromPort": 252, "ToPort": 86, "CidrIp": "255.255.255.255/32"}
    policy = {"Statement": [{"Sid": "Own", **allow("s3:GetObject", "arn:aws:s3:::a/*", Principal="*")}]}
    logs = {"Fn::GetAtt": ["Flows", "Arn"]}
    endpoint = f"com.amazonaws.{REGION}"
    resources = {
        "Vpc": of("EC2::VPC", CidrBlock="10.9.0.0/20", EnableDnsHostnames=True, EnableDnsSupport=True, Tags=TAGS),
        "Table": of("EC2::RouteTable", VpcId=vpc),
        "Functions": of(
            "EC2::SecurityGroup",
            GroupName=f"securitygroup-screening-functions-{STAGE}",
            GroupDescription="Functions",
            VpcId=vpc,
            SecurityGroupEgress=[nowhere],
        )
        | {"DependsOn": ["Role"]},
        "Endpoints": of("EC2::SecurityGroup", GroupName="endpoints", GroupDescription="Endpoints", VpcId=vpc),
        "Out": of("EC2::SecurityGroupEgress", GroupId=group, **https, CidrIp="0.0.0.0/0"),
        "OutToS3": of("EC2::SecurityGroupEgress", GroupId=group, **https, DestinationPrefixListId="pl-1"),
        "In": of(
            "EC2::SecurityGroupIngress",
            GroupId={"Ref": "Endpoints"},
            **https,
            SourceSecurityGroupId=group,
            Description="from functions",
        ),
        "List": of("EC2::NetworkAcl", VpcId=vpc, Tags=TAGS),
        "ListIn": of(
            "EC2::NetworkAclEntry",
            NetworkAclId={"Ref": "List"},
            RuleNumber=100,
            Protocol=6,
            RuleAction="allow",
            CidrBlock={"Fn::GetAtt": ["Vpc", "CidrBlock"]},
            PortRange={"From": 443, "To": 443},
        ),
        "ListOfTwo": of(
            "EC2::SubnetNetworkAclAssociation", SubnetId={"Ref": "Two"}, NetworkAclId={"Fn::GetAtt": ["List", "Id"]}
        ),
        "S3": of(
            "EC2::VPCEndpoint",
            VpcId=vpc,
            ServiceName=f"{endpoint}.s3",
            RouteTableIds=[{"Ref": "Table"}],
            PolicyDocument=policy,
        ),
        "States": of(
            "EC2::VPCEndpoint",
            VpcId=vpc,
            VpcEndpointType="Interface",
            ServiceName=f"{endpoint}.states",
            SubnetIds=[{"Ref": "One"}, {"Ref": "Two"}],
            SecurityGroupIds=[{"Ref": "Endpoints"}],
            PrivateDnsEnabled=True,
        ),
        "Flows": of("Logs::LogGroup", LogGroupName=f"/aws/vpc-flow-logs/screening-flows-{STAGE}", RetentionInDays=30),
        "FlowRole": _role(
            "flows",
            "vpc-flow-logs.amazonaws.com",
            {
                **allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], None),
                "Resource": logs,
            },
        ),
        "FlowLog": of(
            "EC2::FlowLog",
            ResourceId=vpc,
            ResourceType="VPC",
            TrafficType="REJECT",
            LogGroupName={"Ref": "Flows"},
            DeliverLogsPermissionArn={"Fn::GetAtt": ["FlowRole", "Arn"]},
            MaxAggregationInterval=60,
            Tags=TAGS,
        ),
        "Role": _role("code", "lambda.amazonaws.com", *_interface_rights()),
    }
    for number, name in enumerate(("One", "Two")):
        zone = {"Fn::Select": [number, {"Fn::GetAZs": ""}]}
        cidr = {"Fn::Select": [number, {"Fn::Cidr": [{"Fn::GetAtt": ["Vpc", "CidrBlock"]}, 2, 8]}]}
        resources[name] = of("EC2::Subnet", VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)
        resources[f"{name}Routes"] = of(
            "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": name}, RouteTableId={"Ref": "Table"}
        )
    exported = {"One": {"Ref": "One"}, "Two": {"Ref": "Two"}, "Group": group, "Role": {"Fn::GetAtt": ["Role", "Arn"]}}
    outputs = {name: {"Value": value, "Export": {"Name": f"{NETWORK}:{name}"}} for name, value in exported.items()}
    return _marked({"Resources": resources, "Outputs": outputs})


def _main() -> Json:
    given = {name: {"Fn::ImportValue": f"{NETWORK}:{name}"} for name in ("One", "Two", "Group", "Role")}
    function = of(
        "Lambda::Function",
        FunctionName=NAME,
        Runtime="python3.11",
        Handler="index.handler",
        Role=given["Role"],
        Code={"ZipFile": "import os\n\ndef handler(event, context):\n    return dict(os.environ)\n"},
        LoggingConfig={"LogGroup": f"/aws/lambda/{NAME}"},
        VpcConfig={"SubnetIds": [given["One"], given["Two"]], "SecurityGroupIds": [given["Group"]]},
    )
    return _marked({"Resources": {"Function": function}})


def _marked(document: Json) -> Json:
    return {**document, "Metadata": {"Hallmark": {"System": SYSTEM, "Stage": STAGE, "Region": REGION}}}


TEMPLATES = {
    NETWORK: _network(),
    IMAGES: _marked({"Resources": {"Repository": of("ECR::Repository", RepositoryName=f"ecr-{NAME}")}}),
    MAIN: _main(),
}


@contextmanager
def deployed(running_emulator: Emulator) -> Iterator[DeployedStage]:
    """Deploy the three stacks; delete them at the end, in order."""
    stage = DeployedStage(SYSTEM, STAGE, "embedded", session(ACCOUNT, SECRET, region=REGION), running_emulator.endpoint)
    for name, template in TEMPLATES.items():
        assert made(stage, name, template) == "CREATE_COMPLETE"
    yield stage
    for name in (MAIN, IMAGES, NETWORK):
        stage.client("cloudformation").delete_stack(StackName=name)
        wait_for(lambda name=name: status(stage, name) in ("", "DELETE_COMPLETE"), name)


def status(stage: DeployedStage, name: str) -> str:
    try:
        return str(stage.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError:
        return ""


def made(stage: DeployedStage, name: str, template: Json) -> str:
    stage.client("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    wait_for(lambda: not status(stage, name).endswith("IN_PROGRESS"), name)
    return status(stage, name)


def declared() -> Json:
    """Return what the three templates declare, as one."""
    return with_stacks(joined({name: TEMPLATES[name] for name in (MAIN, IMAGES, NETWORK)}))


def physical_ids(stage: DeployedStage) -> dict[str, str]:
    """Return the physical ids of the network's resources."""
    listed = stage.client("cloudformation").list_stack_resources(StackName=NETWORK)["StackResourceSummaries"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}
