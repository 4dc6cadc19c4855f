"""Rejected traffic of every VPC is logged to a log group with the retention, by a role that may write there.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.identities import trust_of
from policies.engine.iam.permissions import lacking, lets_take, trust_denials
from policies.engine.iam.statements import Statement, conditions_of, fits_arn
from policies.engine.kinds import LOG_GROUP, ROLE
from policies.engine.network.model import network_of
from policies.engine.network.pointers import SUBNET, VPC, pointed
from policies.engine.policy import Policy
from policies.engine.retention import retention_problems
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

FLOW_LOG = "AWS::EC2::FlowLog"
_SERVICE = "vpc-flow-logs.amazonaws.com"
_WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")
_REJECTED = ("REJECT", "ALL")
_ALIKE = ("stringequals", "stringlike", "arnequals", "arnlike")
# What says of a refusal whose it was; AWS's own format has all of them.
_FIELDS = ("srcaddr", "dstaddr", "dstport", "action")


class FlowLogs(Policy):
    scope = (VPC,)
    relies_on = (FLOW_LOG, LOG_GROUP)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        watched: dict[str, list[Resource]] = {vpc: [] for vpc in network_of(template).vpcs}
        for log in template.of_type(FLOW_LOG):
            vpc = _vpc(template, log)
            if vpc:
                watched[vpc.logical_id].append(log)
            elif not pointed(template, log.properties.get("ResourceId"), SUBNET):
                found = f"{shown(template, log.properties.get('ResourceId'))}, as {template.value(log, 'ResourceType')}"
                yield Finding(log.logical_id, "ResourceId", found, "a VPC of these templates, as VPC")
        for name, logs in watched.items():
            if not logs:
                yield Finding(name, "", "no flow log of its traffic", "a flow log of REJECT")
            elif not any(template.value(log, "TrafficType") in _REJECTED for log in logs):
                found = shown(template, logs[0].properties.get("TrafficType"))
                yield Finding(logs[0].logical_id, "TrafficType", found, "REJECT, or ALL")
            for log in logs:
                yield from _form(template, log)
                yield from _destination(template, log, parameters["retention_days"])


def _vpc(template: Template, log: Resource) -> Resource | None:
    """Return the VPC whose whole traffic a flow log certainly sees; one of a subnet sees that of no VPC."""
    of_vpc = template.value(log, "ResourceType") == "VPC"
    return pointed(template, log.properties.get("ResourceId"), VPC) if of_vpc else None


def _form(template: Template, log: Resource) -> Iterator[Finding]:
    form = template.value(log, "LogFormat")
    missing = [one for one in _FIELDS if form is not None and f"${{{one}}}" not in str(form)]
    if missing:
        yield Finding(log.logical_id, "LogFormat", f"without {', '.join(missing)}", f"with {', '.join(_FIELDS)}")


def _destination(template: Template, log: Resource, days: int) -> Iterator[Finding]:
    kind = template.value(log, "LogDestinationType")
    path = "LogGroupName" if "LogGroupName" in log.properties else "LogDestination"
    group = template.target_of(log.properties.get(path), LOG_GROUP)
    if kind not in (None, "cloud-watch-logs") or group is None:
        found = f"{kind or 'cloud-watch-logs'}, {shown(template, log.properties.get(path))}"
        yield Finding(log.logical_id, path, found, "a log group of these templates")
        return
    yield from retention_problems(template, group, days)
    role = template.by_arn(log.properties.get("DeliverLogsPermissionArn"), ROLE)
    if role is None:
        found = shown(template, log.properties.get("DeliverLogsPermissionArn"))
        yield Finding(log.logical_id, "DeliverLogsPermissionArn", found, "a role of these templates")
        return
    for action in _WRITE:
        yield from lacking(template, role, action, template.arn(group) or "")
    if not any(lets_take(one, _SERVICE) and _is_for_flow_logs(template, one) for one in trust_of(template, role)):
        found = f"no trust that certainly lets {_SERVICE} take the role"
        yield Finding(role.logical_id, "AssumeRolePolicyDocument", found, f"trust in {_SERVICE}")
    yield from trust_denials(template, role, _SERVICE)


def _is_for_flow_logs(template: Template, trust: Statement) -> bool:
    """Return whether a statement's conditions certainly hold for the flow logs of the template's account."""
    source = f"arn:aws:ec2:{template.region}:{template.account}:vpc-flow-log/fl-1"
    return all(
        operator in _ALIKE
        and (
            (key == "aws:sourceaccount" and template.account in values)
            or (key == "aws:sourcearn" and any(fits_arn(source, str(value)) for value in values))
        )
        for (operator, key), values in conditions_of(trust).items()
    )


policy = FlowLogs()
