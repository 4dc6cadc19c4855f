"""A small network of a stranger's making, right in all that the policies of networks ask for."""

import copy
from typing import Any

from policies.engine import library
from policies.engine.finding import Finding
from policies.engine.parts import Parts, declared
from policies.engine.template.template import Template

Document = dict[str, Any]
PARAMETERS: dict[str, Document] = {
    "network/isolated": {},
    "network/subnets": {"zones": 3},
    "network/https_only": {},
    "network/endpoints": {"gateways": ["dynamodb", "s3"], "interfaces": ["states"]},
    "network/flow_logs": {"retention_days": 30},
    "functions/in_network": {"zones": 3},
}
_GROUP = {"Fn::GetAtt": ["Watch", "Arn"]}
_TRUST = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
}
_WRITES = {
    "Statement": [{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": _GROUP}]
}
_HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def _zone(number: int) -> Document:
    return {"Fn::Select": [number, {"Fn::GetAZs": ""}]}


def _resource(kind: str, **properties: Any) -> Document:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _ref(*names: str) -> list[Document]:
    return [{"Ref": name} for name in names]


_NETS = ("NetA", "NetB", "NetC")
_RESOURCES: Document = {
    "Home": _resource("EC2::VPC", CidrBlock="10.9.0.0/22", EnableDnsHostnames=True),
    "Paths": _resource("EC2::RouteTable", VpcId={"Ref": "Home"}),
    "Callers": _resource(
        "EC2::SecurityGroup",
        VpcId={"Ref": "Home"},
        SecurityGroupEgress=[{**_HTTPS, "CidrIp": "0.0.0.0/0"}],
    ),
    "Doors": _resource(
        "EC2::SecurityGroup",
        VpcId={"Ref": "Home"},
        SecurityGroupIngress=[{**_HTTPS, "SourceSecurityGroupId": {"Fn::GetAtt": ["Callers", "GroupId"]}}],
    ),
    "Rows": _resource(
        "EC2::VPCEndpoint",
        VpcId={"Ref": "Home"},
        VpcEndpointType="Gateway",
        ServiceName="com.amazonaws.us-east-1.dynamodb",
        RouteTableIds=_ref("Paths"),
    ),
    "Objects": _resource(
        "EC2::VPCEndpoint",
        VpcId={"Ref": "Home"},
        VpcEndpointType="Gateway",
        ServiceName="com.amazonaws.us-east-1.s3",
        RouteTableIds=_ref("Paths"),
    ),
    "Flows": _resource(
        "EC2::VPCEndpoint",
        VpcId={"Ref": "Home"},
        VpcEndpointType="Interface",
        ServiceName="com.amazonaws.us-east-1.states",
        PrivateDnsEnabled=True,
        SubnetIds=_ref(*_NETS),
        SecurityGroupIds=_ref("Doors"),
    ),
    "Watch": _resource("Logs::LogGroup", LogGroupName="/aws/vpc/watch-dev", RetentionInDays=30),
    "Writer": _resource(
        "IAM::Role",
        RoleName="role-watch-dev",
        AssumeRolePolicyDocument=_TRUST,
        Policies=[{"PolicyName": "p", "PolicyDocument": _WRITES}],
    ),
    "Refused": _resource(
        "EC2::FlowLog",
        ResourceId={"Ref": "Home"},
        ResourceType="VPC",
        TrafficType="REJECT",
        LogGroupName={"Ref": "Watch"},
        DeliverLogsPermissionArn={"Fn::GetAtt": ["Writer", "Arn"]},
    ),
    "Judge": _resource(
        "Lambda::Function",
        FunctionName="judge-dev",
        VpcConfig={"SubnetIds": _ref(*_NETS), "SecurityGroupIds": [{"Fn::GetAtt": ["Callers", "GroupId"]}]},
    ),
}
for _number, _net in enumerate(_NETS):
    _RESOURCES[_net] = _resource(
        "EC2::Subnet", VpcId={"Ref": "Home"}, CidrBlock=f"10.9.{_number}.0/24", AvailabilityZone=_zone(_number)
    )
    _RESOURCES[f"{_net}Path"] = _resource(
        "EC2::SubnetRouteTableAssociation", SubnetId={"Ref": _net}, RouteTableId={"Ref": "Paths"}
    )


def network() -> Document:
    """The template, to be edited."""
    mark = {"Stage": "dev", "Region": "us-east-1", "Account": "123456789012"}
    return {"Metadata": {"Hallmark": mark}, "Resources": copy.deepcopy(_RESOURCES)}


def found(policy: str, document: Document) -> list[Finding]:
    """What a policy of networks finds in a template."""
    template = Template(document)
    given = {**PARAMETERS[policy], "stage": "dev", "parts": Parts(template, declared({}))}
    return list(library.policy(policy).findings(template, given))


def everything(document: Document) -> list[Finding]:
    """What all policies of networks find in a template."""
    return [one for policy in PARAMETERS for one in found(policy, document)]
