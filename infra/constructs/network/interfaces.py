"""The rights by which Lambda makes and removes a function's network interfaces, and their denial to its code.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
"""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from infra.constructs.role import allow

_MAKE = "ec2:CreateNetworkInterface"
# Neither has a resource type. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
_DESCRIBE = ("ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
_CHANGE = ("ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses")


def interface_rights(
    region: str, vpc_id: str, subnet_ids: Sequence[str], function_arn: str
) -> list[iam.PolicyStatement]:
    """Return the statements for Lambda, in these subnets only; the function itself must be named without a reference.

    Groups are limited by their VPC: the functions' own one goes before the roles, so no role can name it.
    """

    def arn(resource: str) -> str:
        return f"arn:{Aws.PARTITION}:ec2:{region}:{Aws.ACCOUNT_ID}:{resource}"

    in_network = {"ArnEquals": {"ec2:Vpc": arn(f"vpc/{vpc_id}")}}
    interfaces = arn("network-interface/*")
    return [
        allow("MakeInterfaces", [_MAKE], interfaces, *(arn(f"subnet/{one}") for one in subnet_ids)),
        iam.PolicyStatement(
            sid="MakeInterfacesInGroups",
            actions=[_MAKE],
            resources=[arn("security-group/*")],
            conditions=in_network,
        ),
        allow("FindInterfaces", _DESCRIBE, "*"),
        iam.PolicyStatement(
            sid="ChangeInterfaces", actions=list(_CHANGE), resources=[interfaces], conditions=in_network
        ),
        # Lambda's own calls do not have the key, those of the function's code do.
        # https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
        iam.PolicyStatement(
            sid="NotByTheFunction",
            effect=iam.Effect.DENY,
            actions=[_MAKE, *_DESCRIBE, *_CHANGE],
            resources=["*"],
            conditions={"ArnEquals": {"lambda:SourceFunctionArn": function_arn}},
        ),
    ]
