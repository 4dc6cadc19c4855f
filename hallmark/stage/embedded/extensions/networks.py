"""Networks: the attributes that CloudFormation gives of one, its network interfaces, and what hinders a deletion.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpc.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html
"""

from typing import Any

from ministack.services import ec2

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties

VPC, SUBNET, GROUP = (f"AWS::EC2::{name}" for name in ("VPC", "Subnet", "SecurityGroup"))
_FILTERS = {
    "vpc-id": "VpcId",
    "subnet-id": "SubnetId",
    "interface-type": "InterfaceType",
    "description": "Description",
    "status": "Status",
}
Parameters = dict[str, Any]


def _with_attributes() -> None:
    handlers = HANDLERS[VPC] = dict(HANDLERS[VPC])

    def complete(make: Any) -> Any:
        def made(*given: Any, **options: Any) -> Any:
            name, attributes = make(*given, **options)
            return name, {**attributes, "CidrBlock": ec2._vpcs[name]["CidrBlock"], "VpcId": name}

        return made

    handlers |= {verb: complete(handlers[verb]) for verb in ("create", "update")}


def _uses_of(name: str) -> str:
    """Return what uses a subnet or a group, if anything does."""
    for one in ec2._network_interfaces.values():
        if name == one["SubnetId"] or name in [group["GroupId"] for group in one.get("Groups", [])]:
            return str(one["NetworkInterfaceId"])
    for one in ec2._vpc_endpoints.values():
        if name in (*one.get("SubnetIds", []), *one.get("SecurityGroupIds", [])):
            return str(one["VpcEndpointId"])
    for group in ec2._security_groups.values():
        rules = [*group.get("IpPermissions", []), *group.get("IpPermissionsEgress", [])]
        pairs = [pair.get("GroupId") for rule in rules for pair in rule.get("UserIdGroupPairs", [])]
        if name != group["GroupId"] and name in pairs:
            return str(group["GroupId"])
    return ""


def _refused(name: str) -> str:
    what = "subnet" if name.startswith("subnet-") else "resource"
    return f"The {what} '{name}' has dependencies and cannot be deleted: {_uses_of(name)}"


def _guard(kind: str, action: str, field: str) -> None:
    """Refuse to delete what is in use, by the API and in CloudFormation."""
    handlers = HANDLERS[kind] = dict(HANDLERS[kind])
    remove, call = handlers["delete"], ec2._ACTION_MAP[action]

    def removed(name: str, properties: Properties) -> None:
        if _uses_of(name):
            raise ValueError(f"{_refused(name)} (Service: Ec2, Status Code: 400, Error Code: DependencyViolation)")
        remove(name, properties)

    def called(parameters: Parameters) -> Any:
        name = ec2._p(parameters, field)
        return ec2._error("DependencyViolation", _refused(name), 400) if name and _uses_of(name) else call(parameters)

    handlers["delete"], ec2._ACTION_MAP[action] = removed, called


def _interfaces(parameters: Parameters) -> Any:
    filters, ids = ec2._parse_filters(parameters), ec2._parse_member_list(parameters, "NetworkInterfaceId")
    groups = filters.get("group-id", [])
    found = [
        one
        for one in ec2._network_interfaces.values()
        if (not ids or one["NetworkInterfaceId"] in ids)
        and all(str(one.get(_FILTERS[name])) in values for name, values in filters.items() if name in _FILTERS)
        and (not groups or {*groups} & {group["GroupId"] for group in one["Groups"]})
    ]
    items = "".join(ec2._eni_fields_xml(one) for one in found)
    return ec2._xml(200, "DescribeNetworkInterfacesResponse", f"<networkInterfaceSet>{items}</networkInterfaceSet>")


def install() -> None:
    """Complete the attributes, and judge deletions."""
    _with_attributes()
    ec2._ACTION_MAP["DescribeNetworkInterfaces"] = _interfaces
    _guard(SUBNET, "DeleteSubnet", "SubnetId")
    _guard(GROUP, "DeleteSecurityGroup", "GroupId")
