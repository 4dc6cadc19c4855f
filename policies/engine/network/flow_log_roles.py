"""What the role of flow logs may do: write to their log groups, and nothing else.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
"""

from policies.engine.iam.grants import Grant
from policies.engine.kinds import LOG_GROUP, ROLE
from policies.engine.network.arns import arn_in_ec2
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

FLOW_LOG, SERVICE = "AWS::EC2::FlowLog", "vpc-flow-logs.amazonaws.com"
_NEEDED = ("logs:CreateLogStream", "logs:PutLogEvents")
_OPTIONAL = ("logs:DescribeLogStreams",)


def flow_log_roles(template: Template) -> dict[Resource, list[Grant]]:
    """Return the roles of the template that flow logs write by, with every grant of each."""
    found: dict[Resource, dict[str, Grant]] = {}
    for log in template.of_type(FLOW_LOG):
        role = template.by_arn(log.properties.get("DeliverLogsPermissionArn"), ROLE)
        named = log.properties.get("LogGroupName", log.properties.get("LogDestination"))
        group = template.target_of(named, LOG_GROUP)
        arn = template.arn(group) if group else None
        if role and arn:
            made = [Grant(action, arn, needed=action in _NEEDED) for action in (*_NEEDED, *_OPTIONAL)]
            found.setdefault(role, {}).update({str(grant): grant for grant in made})
    return {role: list(grants.values()) for role, grants in found.items()}


def sources(template: Template) -> str:
    """Return the pattern of the flow logs of the template's account and region, as trust in their service names it."""
    return arn_in_ec2(template, "vpc-flow-log/*")
