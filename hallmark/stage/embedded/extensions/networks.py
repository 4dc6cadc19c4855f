"""Networks: the attributes that CloudFormation gives of one, and further ranges of addresses.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateVpcCidrBlock.html
"""

from typing import Any

from ministack.services import ec2

from hallmark.stage.embedded.extensions.provisioning import HANDLERS

VPC = "AWS::EC2::VPC"
Parameters = dict[str, Any]


def _with_attributes() -> None:
    handlers = HANDLERS[VPC] = dict(HANDLERS[VPC])

    def complete(make: Any) -> Any:
        def made(*given: Any, **options: Any) -> Any:
            name, attributes = make(*given, **options)
            return name, {**attributes, "CidrBlock": ec2._vpcs[name]["CidrBlock"], "VpcId": name}

        return made

    handlers |= {verb: complete(handlers[verb]) for verb in ("create", "update")}


def _range_xml(name: str, block: str, state: str, tag: str) -> str:
    shown = f"<associationId>{name}</associationId><cidrBlock>{block}</cidrBlock>"
    return f"<{tag}>{shown}<cidrBlockState><state>{state}</state></cidrBlockState></{tag}>"


def _add_range(parameters: Parameters) -> Any:
    vpc, block = ec2._vpcs.get(ec2._p(parameters, "VpcId")), ec2._p(parameters, "CidrBlock")
    if vpc is None:
        return ec2._error("InvalidVpcID.NotFound", f"The vpc ID '{ec2._p(parameters, 'VpcId')}' does not exist", 400)
    ranges = vpc.setdefault("Ranges", {})
    name = f"vpc-cidr-assoc-{vpc['VpcId'][4:]}{len(ranges)}"
    ranges[name] = block
    shown = f"<vpcId>{vpc['VpcId']}</vpcId>{_range_xml(name, block, 'associating', 'cidrBlockAssociation')}"
    return ec2._xml(200, "AssociateVpcCidrBlockResponse", shown)


def _take_range(parameters: Parameters) -> Any:
    name = ec2._p(parameters, "AssociationId")
    for vpc in ec2._vpcs.values():
        if block := vpc.get("Ranges", {}).pop(name, ""):
            shown = f"<vpcId>{vpc['VpcId']}</vpcId>{_range_xml(name, block, 'disassociating', 'cidrBlockAssociation')}"
            return ec2._xml(200, "DisassociateVpcCidrBlockResponse", shown)
    text = f"The vpc CIDR block association ID '{name}' does not exist"
    return ec2._error("InvalidVpcCidrBlockAssociationID.NotFound", text, 400)


def _with_ranges(fields: Any) -> Any:
    def vpc_xml(vpc: dict[str, Any], tag: str = "item") -> str:
        ranges = vpc.get("Ranges", {})
        more = "".join(_range_xml(name, block, "associated", "item") for name, block in ranges.items())
        return str(fields(vpc, tag)).replace("</cidrBlockAssociationSet>", f"{more}</cidrBlockAssociationSet>", 1)

    return vpc_xml


def install() -> None:
    """Complete the attributes, and keep further ranges."""
    _with_attributes()
    ec2._vpc_fields_xml = _with_ranges(ec2._vpc_fields_xml)
    ec2._ACTION_MAP |= {"AssociateVpcCidrBlock": _add_range, "DisassociateVpcCidrBlock": _take_range}
