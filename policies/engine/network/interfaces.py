"""The rights by which Lambda makes, finds and takes away the network interfaces of a function.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
"""

import re

from policies.engine.iam.statements import Statement, lower

# Neither has a narrower resource. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
UNSCOPED = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
NEEDED = (
    "ec2:CreateNetworkInterface",
    *UNSCOPED,
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
# What has an id of its own only when the function runs, or after the role.
_LATER = re.compile(r"arn:aws:ec2:[^:*?]+:[^:*?]+:(?:network-interface|security-group)/\*")


def is_as_narrow_as_can_be(one: Statement) -> bool:
    """Return whether a statement is about interfaces alone, on what AWS lets nobody name more exactly."""
    actions = set(lower(one.actions))
    if one.resources == ("*",):
        return actions <= set(lower(UNSCOPED))
    return actions <= set(lower(NEEDED)) and all(
        _LATER.fullmatch(str(own)) or "*" not in str(own) for own in one.resources
    )
