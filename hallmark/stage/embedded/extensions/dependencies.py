"""What hinders the deletion of a network or of what stands in it, by the API and in CloudFormation.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAcl.html
"""

from collections.abc import Iterator
from typing import Any

from ministack.services import ec2

from hallmark.stage.embedded.extensions.interfaces import every_interface
from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties

# Type -> the call that deletes one, the parameter that names it, and AWS's word for it.
_KINDS = {
    "AWS::EC2::VPC": ("DeleteVpc", "VpcId", "vpc"),
    "AWS::EC2::Subnet": ("DeleteSubnet", "SubnetId", "subnet"),
    "AWS::EC2::SecurityGroup": ("DeleteSecurityGroup", "GroupId", "resource"),
    "AWS::EC2::RouteTable": ("DeleteRouteTable", "RouteTableId", "routeTable"),
    "AWS::EC2::NetworkAcl": ("DeleteNetworkAcl", "NetworkAclId", "networkAcl"),
    "AWS::EC2::InternetGateway": ("DeleteInternetGateway", "InternetGatewayId", "internetGateway"),
}
_OVER = ("deleted", "deleting", "rejected", "failed", "detached")
Parameters = dict[str, Any]


def _uses(name: str) -> Iterator[str]:
    """Yield what uses a network, or something in one."""
    for one in every_interface():
        if name in (one["VpcId"], one["SubnetId"], *(group["GroupId"] for group in one.get("Groups", []))):
            yield one["NetworkInterfaceId"]
    for one in ec2._vpc_endpoints.values():
        if name in (one["VpcId"], *one.get("SubnetIds", []), *one.get("SecurityGroupIds", [])):
            yield one["VpcEndpointId"]
    for group in ec2._security_groups.values():
        rules = [*group.get("IpPermissions", []), *group.get("IpPermissionsEgress", [])]
        pairs = [pair.get("GroupId") for rule in rules for pair in rule.get("UserIdGroupPairs", [])]
        if (name != group["GroupId"] and name in pairs) or (name == group["VpcId"] and group["GroupName"] != "default"):
            yield group["GroupId"]
    for one in ec2._route_tables.values():
        own = one.get("Associations", [])
        is_main = any(of.get("Main") for of in own)
        if (name == one["RouteTableId"] and own) or (name == one["VpcId"] and not is_main):
            yield one["RouteTableId"]
    for one in ec2._network_acls.values():
        used = [of for of in one.get("Associations", []) if of["SubnetId"] in ec2._subnets]
        if (name == one["NetworkAclId"] and used) or (name == one["VpcId"] and not one["IsDefault"]):
            yield one["NetworkAclId"]
    yield from _in_network(name)


def _in_network(name: str) -> Iterator[str]:
    """Yield the subnets of a network, and what is attached to it; of a gateway, to what it is attached."""
    yield from (one["SubnetId"] for one in ec2._subnets.values() if one["VpcId"] == name)
    gateways = (
        (ec2._internet_gateways, "InternetGatewayId", "Attachments"),
        (ec2._vpn_gateways, "VpnGatewayId", "Attachments"),
    )
    for store, key, field in gateways:
        for one in store.values():
            joined = [of["VpcId"] for of in one.get(field, []) if str(of.get("State")) not in _OVER]
            if name in joined or (name == one[key] and joined):
                yield one[key]
    for one in ec2._nat_gateways.values():
        if name in (one["VpcId"], one["SubnetId"]) and one["State"] not in _OVER:
            yield one["NatGatewayId"]


def _problem(name: str, what: str) -> tuple[str, str] | None:
    """Return AWS's error where something is not to be deleted."""
    own = ec2._network_acls.get(name)
    if own and own["IsDefault"]:
        return "OperationNotPermitted", f"cannot delete default network ACL {name}"
    if found := next(_uses(name), ""):
        return "DependencyViolation", f"The {what} '{name}' has dependencies and cannot be deleted: {found}"
    return None


def _guard(kind: str, action: str, field: str, what: str) -> None:
    call = ec2._ACTION_MAP[action]
    if kind in HANDLERS:
        handlers = HANDLERS[kind] = dict(HANDLERS[kind])
        remove = handlers["delete"]

        def removed(name: str, properties: Properties) -> None:
            if problem := _problem(name, what):
                raise ValueError(f"{problem[1]} (Service: Ec2, Status Code: 400, Error Code: {problem[0]})")
            remove(name, properties)

        handlers["delete"] = removed

    def called(parameters: Parameters) -> Any:
        name = ec2._p(parameters, field)
        problem = _problem(name, what) if name else None
        return ec2._error(*problem, 400) if problem else call(parameters)

    ec2._ACTION_MAP[action] = called


def install() -> None:
    """Judge every deletion."""
    for kind, (action, field, what) in _KINDS.items():
        _guard(kind, action, field, what)
