"""Network access-control lists with their entries and subnets; each subnet has one, its VPC's own at first.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-networkacl.html
https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html
"""

import re
from typing import Any

from ministack.services import ec2
from ministack.services.cloudformation.provisioners import _ec2_apply_tags

from hallmark.stage.embedded.extensions.provisioning import HANDLERS, Properties, accepted

ACL, ENTRY, ASSOCIATION = (
    f"AWS::EC2::{name}" for name in ("NetworkAcl", "NetworkAclEntry", "SubnetNetworkAclAssociation")
)
_ENTRY = ("NetworkAclId", "RuleNumber", "Protocol", "RuleAction", "CidrBlock", "Ipv6CidrBlock")
# What an entry has beside, in a request and in a template; with its name in an answer.
_RANGES = {"PortRange": ("portRange", "From", "To"), "Icmp": ("icmpTypeCode", "Code", "Type")}
# The rule at the end that nobody can change.
_LAST = 32767
Parameters = dict[str, Any]


def _settle() -> None:
    """Give every subnet that has no list the one of its VPC, and forget those of subnets that are gone."""
    lists = list(ec2._network_acls.values())
    for one in lists:
        one["Associations"] = [own for own in one["Associations"] if own["SubnetId"] in ec2._subnets]
    having = {own["SubnetId"] for one in lists for own in one["Associations"]}
    for subnet in ec2._subnets.values():
        own = next((one for one in lists if one["IsDefault"] and one["VpcId"] == subnet["VpcId"]), None)
        if own and subnet["SubnetId"] not in having:
            name = f"aclassoc-{subnet['SubnetId'].removeprefix('subnet-')}"
            own["Associations"].append({"NetworkAclAssociationId": name, "SubnetId": subnet["SubnetId"]})


def _subnet_of(association: str) -> str:
    lists = ec2._network_acls.values()
    named = {own["NetworkAclAssociationId"]: own["SubnetId"] for one in lists for own in one["Associations"]}
    return str(named.get(association, ""))


def _with_ports(write: Any) -> Any:
    """Return a call that writes an entry with its ports, or its kind of ICMP."""

    def written(parameters: Parameters) -> Any:
        answer = write(parameters)
        made = ec2._network_acls[ec2._p(parameters, "NetworkAclId")]["Entries"] if answer[0] < 400 else [{}]
        for name, (_, *fields) in _RANGES.items():
            found = {one: ec2._p(parameters, f"{name}.{one}") for one in fields}
            made[-1] |= {name: found} if all(found.values()) else {}
        return answer

    return written


def _entry_xml(entry: dict[str, Any]) -> str:
    shown = str(_network_acl_entry_xml(entry))
    for name, (tag, *fields) in _RANGES.items():
        if name in entry:
            own = "".join(f"<{one.lower()}>{entry[name][one]}</{one.lower()}>" for one in fields)
            shown = shown.replace("</item>", f"<{tag}>{own}</{tag}></item>")
    return shown


def _describe(parameters: Parameters) -> Any:
    _settle()
    return _describe_network_acls(parameters)


def _replace(parameters: Parameters) -> Any:
    _settle()
    subnet = _subnet_of(ec2._p(parameters, "AssociationId"))
    if not subnet:
        return ec2._error("InvalidAssociationID.NotFound", "The association does not exist", 400)
    answer = _replace_network_acl_association(parameters)
    for own in ec2._network_acls.get(ec2._p(parameters, "NetworkAclId"), {}).get("Associations", []):
        own["SubnetId"] = own["SubnetId"] or subnet
    return answer


def _acl(logical_id: str, properties: Properties, stack: str) -> Any:
    body = accepted(ec2._create_network_acl({"VpcId": [properties["VpcId"]]})).decode()
    (made,) = {*re.findall("acl-[0-9a-zA-Z]+", body)}
    for is_egress in (False, True):
        last = {"RuleNumber": _LAST, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"}
        ec2._network_acls[made]["Entries"].append({**last, "Egress": is_egress})
    _ec2_apply_tags(made, properties)
    return made, {"Id": made}


def _update_acl(made: str, old: Properties, new: Properties, stack: str, *rest: Any, **options: Any) -> Any:
    if old["VpcId"] != new["VpcId"]:
        return _acl("", new, stack)
    _ec2_apply_tags(made, new, old)
    return made, {"Id": made}


def _remove_acl(made: str, properties: Properties) -> None:
    ec2._network_acls.pop(made, None)
    ec2._tags.pop(made, None)


def _asked(properties: Properties) -> Parameters:
    given = {name: [str(properties[name])] for name in _ENTRY if name in properties}
    for name in _RANGES:
        given |= {f"{name}.{key}": [str(value)] for key, value in (properties.get(name) or {}).items()}
    return {**given, "Egress": [str(properties.get("Egress", False)).lower()]}


def _entry(logical_id: str, properties: Properties, stack: str) -> Any:
    accepted(_create_entry(_asked(properties)))
    side = "egress" if _asked(properties)["Egress"] == ["true"] else "ingress"
    return f"{properties['NetworkAclId']}|{side}|{properties['RuleNumber']}", Parameters()


def _remove_entry(made: str, properties: Properties) -> None:
    ec2._delete_network_acl_entry(_asked(properties))


def _update_entry(made: str, old: Properties, new: Properties, stack: str, *rest: Any, **options: Any) -> Any:
    _remove_entry(made, old)
    return _entry("", new, stack)


def _associate(logical_id: str, properties: Properties, stack: str) -> Any:
    _settle()
    lists = ec2._network_acls.values()
    owned = {own["SubnetId"]: own["NetworkAclAssociationId"] for one in lists for own in one["Associations"]}
    asked = {"AssociationId": [owned[properties["SubnetId"]]], "NetworkAclId": [properties["NetworkAclId"]]}
    (made,) = {*re.findall("aclassoc-[0-9a-zA-Z]+", accepted(_replace(asked)).decode())}
    return made, {"AssociationId": made}


def _dissociate(made: str, properties: Properties) -> None:
    for one in ec2._network_acls.values():
        one["Associations"] = [own for own in one["Associations"] if own["NetworkAclAssociationId"] != made]


_describe_network_acls = ec2._describe_network_acls
_replace_network_acl_association = ec2._replace_network_acl_association
_network_acl_entry_xml = ec2._network_acl_entry_xml
_create_entry = _with_ports(ec2._create_network_acl_entry)


def install() -> None:
    """Add the types, and keep which list a subnet has."""
    ec2._network_acl_entry_xml = _entry_xml
    ec2._ACTION_MAP |= {
        "CreateNetworkAclEntry": _create_entry,
        "ReplaceNetworkAclEntry": _with_ports(ec2._replace_network_acl_entry),
        "DescribeNetworkAcls": _describe,
        "ReplaceNetworkAclAssociation": _replace,
    }
    HANDLERS[ACL] = {"create": _acl, "update": _update_acl, "delete": _remove_acl}
    HANDLERS[ENTRY] = {"create": _entry, "update": _update_entry, "delete": _remove_entry}
    HANDLERS[ASSOCIATION] = {"create": _associate, "delete": _dissociate}
