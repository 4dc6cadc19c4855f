"""What networks let through: security groups with their rules, and network access-control lists.

A rule that a stack made as a resource is one; any other is a rule of its group.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAcl.html
"""

from collections.abc import Iterator
from typing import Any

from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags
from hallmark.observe.readers.networks import SUBNET, VPC, inside, named, own_networks

GROUP, INGRESS, EGRESS = (f"AWS::EC2::SecurityGroup{side}" for side in ("", "Ingress", "Egress"))
ACL, ENTRY = "AWS::EC2::NetworkAcl", "AWS::EC2::NetworkAclEntry"
ASSOCIATION = "AWS::EC2::SubnetNetworkAclAssociation"
_EVERYWHERE = ("0.0.0.0/0", "::/0")
# The entry that denies whatever no other allows, for IPv4 and IPv6; nobody can change it.
_LAST = (32767, 32768)
# The entry with which AWS lets everything through a network's own list.
_FIRST = 100
_ENTRY = ("RuleNumber", "Protocol", "RuleAction", "CidrBlock", "Ipv6CidrBlock")


def _rules(deployment: Deployment) -> list[Json]:
    return deployment.pages("ec2", "describe_security_group_rules", "SecurityGroupRules")


def _own_groups(deployment: Deployment) -> dict[str, str]:
    """Return the groups that come with the stage's networks, and whose they are."""
    listed = inside(deployment, "describe_security_groups", "SecurityGroups")
    return {one["GroupId"]: one["VpcId"] for one in listed if one["GroupName"] == "default"}


def group_of(deployment: Deployment, group: str) -> Any:
    """Return a reference to a group of the stage's stacks or to the one that comes with a network, else its id."""
    network = _own_groups(deployment).get(group)
    if network and deployment.made(VPC, network):
        return {"Fn::GetAtt": [deployment.logical_id(VPC, network), "DefaultSecurityGroup"]}
    return named(deployment, GROUP, group)


def _rule(deployment: Deployment, one: Json) -> Json:
    """Return a rule as a template has it."""
    side = "Destination" if one["IsEgress"] else "Source"
    found = picked(one, "IpProtocol", "Description")
    if one["IpProtocol"] != "-1":
        found |= {port: one[port] for port in ("FromPort", "ToPort") if port in one}
    found |= {name: one[key] for name, key in (("CidrIp", "CidrIpv4"), ("CidrIpv6", "CidrIpv6")) if one.get(key)}
    if one.get("PrefixListId"):
        found[f"{side}PrefixListId"] = one["PrefixListId"]
    if other := one.get("ReferencedGroupInfo"):
        found[f"{side}SecurityGroupId"] = group_of(deployment, other["GroupId"])
        if other.get("UserId", deployment.account) != deployment.account:
            found[f"{side}SecurityGroupOwnerId"] = other["UserId"]
    return found


def _kind(one: Json) -> str:
    return EGRESS if one["IsEgress"] else INGRESS


def groups(deployment: Deployment) -> Iterator[Thing]:
    """Yield the groups with all rules that are no resources of a stack."""
    own = _own_groups(deployment)
    for one in inside(deployment, "describe_security_groups", "SecurityGroups"):
        if one["GroupId"] in own:
            continue
        rules = [rule for rule in _rules(deployment) if rule["GroupId"] == one["GroupId"]]
        alone = [rule for rule in rules if not deployment.made(_kind(rule), rule["SecurityGroupRuleId"])]
        sides = {
            f"SecurityGroup{name}": [_rule(deployment, rule) for rule in alone if rule["IsEgress"] == is_egress]
            for name, is_egress in (("Ingress", False), ("Egress", True))
        }
        properties = {"GroupName": one["GroupName"], "GroupDescription": one["Description"]}
        properties |= {"VpcId": named(deployment, VPC, one["VpcId"]), **sides, **tags(one.get("Tags"))}
        yield Thing(GROUP, one["GroupId"], properties)


def _alone(deployment: Deployment, is_egress: bool) -> Iterator[Thing]:
    """Yield rules that a stack made as resources, and those of a network's own group that AWS did not make."""
    own = _own_groups(deployment)
    for one in _rules(deployment):
        if one["IsEgress"] != is_egress:
            continue
        name, group = one["SecurityGroupRuleId"], one["GroupId"]
        if deployment.made(_kind(one), name) or (group in own and not _as_made(one)):
            properties = {"GroupId": group_of(deployment, group), **_rule(deployment, one)}
            yield Thing(_kind(one), name, properties, facts={"Group": group})


def _as_made(one: Json) -> bool:
    """Return whether a rule of a network's own group is one that AWS makes: from itself, and to everywhere."""
    if one["IpProtocol"] != "-1":
        return False
    if one["IsEgress"]:
        return one.get("CidrIpv4", one.get("CidrIpv6")) in _EVERYWHERE
    return bool((one.get("ReferencedGroupInfo") or {}).get("GroupId") == one["GroupId"])


def ingress(deployment: Deployment) -> Iterator[Thing]:
    """Yield the rules of what may enter that are resources of their own."""
    yield from _alone(deployment, is_egress=False)


def egress(deployment: Deployment) -> Iterator[Thing]:
    """Yield the rules of what may leave that are resources of their own."""
    yield from _alone(deployment, is_egress=True)


def shares(deployment: Deployment) -> Iterator[Thing]:
    """Yield the groups that another network uses, too."""
    operation, key = "describe_security_group_vpc_associations", "SecurityGroupVpcAssociations"
    listed = deployment.pages("ec2", operation, key) if own_networks(deployment) else []
    for one in listed:
        if deployment.made(GROUP, one["GroupId"]) and one.get("State") != "disassociated":
            properties = {"GroupId": group_of(deployment, one["GroupId"]), "VpcId": one["VpcId"]}
            yield Thing("AWS::EC2::SecurityGroupVpcAssociation", f"{one['GroupId']}|{one['VpcId']}", properties)


def _lists(deployment: Deployment) -> Iterator[Json]:
    """Yield the lists, but for a network's own that is as AWS made it."""
    for one in inside(deployment, "describe_network_acls", "NetworkAcls"):
        if not (one["IsDefault"] and _is_open(_entries(one))):
            yield one


def _entries(one: Json) -> list[Json]:
    return [entry for entry in one.get("Entries", []) if entry["RuleNumber"] not in _LAST]


def _is_open(entries: list[Json]) -> bool:
    """Return whether entries let everything through, both ways."""
    sides = {entry["Egress"] for entry in entries}
    every = all(
        (entry["RuleAction"], entry["Protocol"]) == ("allow", "-1")
        and entry.get("CidrBlock", entry.get("Ipv6CidrBlock")) in _EVERYWHERE
        for entry in entries
    )
    return every and sides == {True, False}


def lists(deployment: Deployment) -> Iterator[Thing]:
    """Yield the network access-control lists."""
    for one in _lists(deployment):
        properties = {"VpcId": named(deployment, VPC, one["VpcId"]), **tags(one.get("Tags"))}
        # A network's own list cannot be deleted.
        facts = {} if one["IsDefault"] else {"List": one["NetworkAclId"]}
        yield Thing(ACL, one["NetworkAclId"], properties, facts=facts)


def entries(deployment: Deployment) -> Iterator[Thing]:
    """Yield their entries."""
    for one in _lists(deployment):
        for entry in _entries(one):
            properties = {"NetworkAclId": deployment.ref(ACL, one["NetworkAclId"]), **picked(entry, *_ENTRY)}
            properties |= {"Egress": entry["Egress"]}
            properties |= {"PortRange": entry["PortRange"]} if entry.get("PortRange") else {}
            properties |= {"Icmp": entry["IcmpTypeCode"]} if entry.get("IcmpTypeCode") else {}
            side = "egress" if entry["Egress"] else "ingress"
            name = f"{one['NetworkAclId']}|{side}|{entry['RuleNumber']}"
            # Entries of another's list go with it, and those that AWS made stay.
            is_odd = one["IsDefault"] and entry["RuleNumber"] != _FIRST
            is_odd |= deployment.made(ACL, one["NetworkAclId"])
            facts = {side: str(entry["RuleNumber"])} if is_odd else {}
            yield Thing(ENTRY, name, properties, ("NetworkAclId", "RuleNumber", "Egress"), facts=facts)


def associations(deployment: Deployment) -> Iterator[Thing]:
    """Yield which subnet has which list; others have their network's own, as AWS made it."""
    listed = list(inside(deployment, "describe_network_acls", "NetworkAcls"))
    own = {one["VpcId"]: one["NetworkAclId"] for one in listed if one["IsDefault"]}
    for one in _lists(deployment):
        for of in one.get("Associations", []):
            properties = {
                "SubnetId": named(deployment, SUBNET, of["SubnetId"]),
                "NetworkAclId": deployment.ref(ACL, one["NetworkAclId"]),
            }
            facts = {} if one["IsDefault"] or one["VpcId"] not in own else {"Own": own[one["VpcId"]]}
            yield Thing(ASSOCIATION, of["NetworkAclAssociationId"], properties, facts=facts)


READERS = {
    GROUP: groups,
    INGRESS: ingress,
    EGRESS: egress,
    "AWS::EC2::SecurityGroupVpcAssociation": shares,
    # Before the lists: one that a subnet has cannot be deleted.
    ASSOCIATION: associations,
    ACL: lists,
    ENTRY: entries,
}
