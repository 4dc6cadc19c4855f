"""Subnets outside of their network or over another one, and groups with names that are taken or forbidden: refused.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
"""

from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation import provisioners

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties

Problem = tuple[str, str] | None
Parameters = dict[str, Any]


def _of_subnet(given: Properties) -> Problem:
    vpc, text = ec2._vpcs.get(given.get("VpcId", "")), str(given.get("CidrBlock") or "")
    if vpc is None:
        return "InvalidVpcID.NotFound", f"The vpc ID '{given.get('VpcId', '')}' does not exist"
    try:
        block = IPv4Network(text or "0.0.0.0/0", strict=False)
    except ValueError:
        return "InvalidParameterValue", f"Value ({text}) for parameter cidrBlock is invalid. This is not a valid CIDR."
    if not text:
        return None
    ranges = [IPv4Network(one) for one in (vpc["CidrBlock"], *vpc.get("Ranges", {}).values())]
    if not any(block.subnet_of(one) for one in ranges) or not 16 <= block.prefixlen <= 28:
        return "InvalidSubnet.Range", f"The CIDR '{text}' is invalid."
    for one in ec2._subnets.values():
        if one["VpcId"] == vpc["VpcId"] and block.overlaps(IPv4Network(one["CidrBlock"])):
            return "InvalidSubnet.Conflict", f"The CIDR '{text}' conflicts with another subnet"
    return None


def _of_group(given: Properties) -> Problem:
    vpc, name = given.get("VpcId") or ec2._DEFAULT_VPC_ID, given.get("GroupName") or ""
    if given.get("VpcId") and vpc not in ec2._vpcs:
        return "InvalidVpcID.NotFound", f"The vpc ID '{vpc}' does not exist"
    if name.startswith("sg-"):
        text = f"Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*."
        return "InvalidParameterValue", text
    if any((one["GroupName"], one["VpcId"]) == (name, vpc) for one in ec2._security_groups.values()):
        return "InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc}'"
    return None


def _judge(
    kind: str, action: str, names: tuple[str, ...], made_by: str, problem: Callable[[Properties], Problem]
) -> None:
    """Judge what is made by the API, in CloudFormation, and there in the place of another one."""
    call, make = ec2._ACTION_MAP[action], getattr(provisioners, made_by)

    def called(parameters: Parameters) -> Any:
        found = problem({name: ec2._p(parameters, name) for name in names})
        return ec2._error(*found, 400) if found else call(parameters)

    def made(logical_id: str, properties: Properties, *rest: Any) -> Any:
        if found := problem(properties):
            raise ValueError(f"{found[1]} (Service: Ec2, Status Code: 400, Error Code: {found[0]})")
        return make(logical_id, properties, *rest)

    ec2._ACTION_MAP[action] = called
    setattr(provisioners, made_by, made)
    HANDLERS[kind] = {**HANDLERS[kind], "create": made}


def install() -> None:
    """Judge subnets and groups."""
    _judge("AWS::EC2::Subnet", "CreateSubnet", ("VpcId", "CidrBlock"), "_ec2_subnet_create", _of_subnet)
    _judge("AWS::EC2::SecurityGroup", "CreateSecurityGroup", ("VpcId", "GroupName"), "_ec2_sg_create", _of_group)
