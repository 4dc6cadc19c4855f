"""Rules of security groups as the calls of EC2 take them.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""

import json
from collections.abc import Mapping
from typing import Any

SIDES = {"SecurityGroupIngress": ("ingress", "Source"), "SecurityGroupEgress": ("egress", "Destination")}


def of(key: str, wanted: Any, there: Any) -> dict[str, list[str]]:
    """Return the word, of three, that sets one rule of a group back: it holds the rule, if it is known."""
    rule, word = (there, "extra") if wanted is None else (wanted, "lacking" if there is None else "other")
    return {word: [json.dumps([permission(key, rule)], default=str)]} if isinstance(rule, Mapping) else {}


def permission(key: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a rule of a template as one of EC2's permissions."""
    _, end = SIDES[key]
    ranges = (
        ("CidrIp", "IpRanges", "CidrIp"),
        ("CidrIpv6", "Ipv6Ranges", "CidrIpv6"),
        (f"{end}PrefixListId", "PrefixListIds", "PrefixListId"),
        (f"{end}SecurityGroupId", "UserIdGroupPairs", "GroupId"),
    )
    more = {"Description": rule["Description"]} if rule.get("Description") else {}
    found: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
    found |= {port: int(rule[port]) for port in ("FromPort", "ToPort") if port in rule}
    return found | {to: [{name: rule[own], **more}] for own, to, name in ranges if own in rule}
