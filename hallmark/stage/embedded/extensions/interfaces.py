"""Network interfaces: also those of instances, with their public addresses, and changed by hand.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html
"""

from collections.abc import Iterator
from typing import Any

from ministack.services import ec2

_FILTERS = {
    "vpc-id": "VpcId",
    "subnet-id": "SubnetId",
    "interface-type": "InterfaceType",
    "description": "Description",
    "status": "Status",
}
Parameters = dict[str, Any]
Interface = dict[str, Any]


def every_interface() -> Iterator[Interface]:
    """Yield the interfaces that were made, and the first of each instance that was not terminated."""
    yield from list(ec2._network_interfaces.values())
    for one in list(ec2._instances.values()):
        if one["State"]["Name"] not in ("terminated", "shutting-down"):
            yield {
                "NetworkInterfaceId": _of_instance(one["InstanceId"]),
                **{name: one[name] for name in ("SubnetId", "VpcId", "PrivateIpAddress")},
                **{"Description": "", "OwnerId": ec2.get_account_id(), "Status": "in-use", "MacAddress": ""},
                "Groups": one["SecurityGroups"],
                "Attachment": {
                    "AttachmentId": f"eni-attach-{one['InstanceId'].removeprefix('i-')}",
                    "InstanceId": one["InstanceId"],
                    "AttachTime": one["LaunchTime"],
                },
            }


def _of_instance(name: str) -> str:
    return f"eni-{name.removeprefix('i-')}"


def _shown(fields: Any) -> Any:
    def eni_xml(one: Interface, tag: str = "item") -> str:
        whole = str(fields(one, tag))
        for address in ec2._addresses.values():
            if address.get("AssociationId") and address.get("NetworkInterfaceId") == one["NetworkInterfaceId"]:
                own = "".join(
                    f"<{name[0].lower()}{name[1:]}>{address[name]}</{name[0].lower()}{name[1:]}>"
                    for name in ("AllocationId", "AssociationId", "PublicIp")
                )
                whole = whole.replace("<groupSet>", f"<association>{own}</association><groupSet>", 1)
        return whole

    return eni_xml


def _describe(parameters: Parameters) -> Any:
    filters, ids = ec2._parse_filters(parameters), ec2._parse_member_list(parameters, "NetworkInterfaceId")
    groups = filters.get("group-id", [])
    found = [
        one
        for one in every_interface()
        if (not ids or one["NetworkInterfaceId"] in ids)
        and all(str(one.get(_FILTERS[name])) in values for name, values in filters.items() if name in _FILTERS)
        and (not groups or {*groups} & {group["GroupId"] for group in one["Groups"]})
    ]
    if missing := {*ids} - {one["NetworkInterfaceId"] for one in found}:
        text = f"The networkInterface ID '{min(missing)}' does not exist"
        return ec2._error("InvalidNetworkInterfaceID.NotFound", text, 400)
    items = "".join(ec2._eni_fields_xml(one) for one in found)
    return ec2._xml(200, "DescribeNetworkInterfacesResponse", f"<networkInterfaceSet>{items}</networkInterfaceSet>")


def _own(parameters: Parameters) -> tuple[Interface | None, Any]:
    """Return the interface that a request names, or the error of one that is not there or is a service's."""
    name = ec2._p(parameters, "NetworkInterfaceId")
    one = ec2._network_interfaces.get(name)
    if one is None:
        text = f"The networkInterface ID '{name}' does not exist"
        return None, ec2._error("InvalidNetworkInterfaceID.NotFound", text, 400)
    if one.get("InterfaceType", "interface") != "interface":
        return None, ec2._error("AuthFailure", "You do not have permission to access the specified resource.", 400)
    return one, None


def _modify(parameters: Parameters) -> Any:
    one, refused = _own(parameters)
    if one is None:
        return refused
    if ids := ec2._parse_member_list(parameters, "SecurityGroupId"):
        names = {group: ec2._security_groups.get(group, {}).get("GroupName", group) for group in ids}
        one["Groups"] = [{"GroupId": group, "GroupName": name} for group, name in names.items()]
    one["Description"] = ec2._p(parameters, "Description.Value") or one["Description"]
    return ec2._xml(200, "ModifyNetworkInterfaceAttributeResponse", "<return>true</return>")


def _delete(parameters: Parameters) -> Any:
    one, refused = _own(parameters)
    if one and one.get("Attachment"):
        text = f"Network interface '{one['NetworkInterfaceId']}' is currently in use."
        return ec2._error("InvalidParameterValue", text, 400)
    return refused or _delete_network_interface(parameters)


def _associate(parameters: Parameters) -> Any:
    answer = _associate_address(parameters)
    if answer[0] < 400:
        instance = ec2._p(parameters, "InstanceId")
        named = ec2._p(parameters, "NetworkInterfaceId") or (_of_instance(instance) if instance else "")
        ec2._addresses[ec2._p(parameters, "AllocationId")]["NetworkInterfaceId"] = named
    return answer


_associate_address, _delete_network_interface = ec2._associate_address, ec2._delete_network_interface


def install() -> None:
    """Replace what lists and changes interfaces."""
    ec2._eni_fields_xml = _shown(ec2._eni_fields_xml)
    ec2._ACTION_MAP |= {
        "DescribeNetworkInterfaces": _describe,
        "ModifyNetworkInterfaceAttribute": _modify,
        "DeleteNetworkInterface": _delete,
        "AssociateAddress": _associate,
    }
