"""Every function has a log group of its own with the retention, and no permission to make log groups.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from policies.engine.events.wiring import log_group_of, role_of
from policies.engine.finding import Finding
from policies.engine.iam.identities import role_statements
from policies.engine.iam.permissions import lacking
from policies.engine.iam.statements import Statement
from policies.engine.kinds import API_STAGE, FUNCTION, LOG_GROUP
from policies.engine.policy import Policy
from policies.engine.retention import retention_problems
from policies.engine.services.versions import whole
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_GRANT = "Give the role logs:CreateLogStream and logs:PutLogEvents on its function's own log group, and deny neither."
_WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")


class FunctionLogs(Policy):
    scope = (FUNCTION,)
    relies_on = (LOG_GROUP,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        functions = template.of_type(FUNCTION)
        groups = {function.logical_id: log_group_of(template, function) for function in functions}
        # A version writes to its function's group.
        writers = {(whole(template, one), groups[one.logical_id]) for one in functions}
        used = Counter(group.logical_id for _, group in writers if group)
        used.update(_used_otherwise(template))
        for function in functions:
            group = groups[function.logical_id]
            if group is None:
                found = template.value(function, "LoggingConfig.LogGroup") or "none in this template"
                wanted = "a log group of this template, for this function alone"
                yield Finding(function.logical_id, "LoggingConfig.LogGroup", str(found), wanted)
            else:
                yield from retention_problems(template, group, parameters["retention_days"])
                if used[group.logical_id] > 1:
                    found = f"{group.logical_id}, which others write to as well"
                    yield Finding(function.logical_id, "LoggingConfig.LogGroup", found, "a log group of its own")
            yield from _hushed(template, function)
            yield from _rights(template, function, group)


def _hushed(template: Template, function: Resource) -> Iterator[Finding]:
    """Yield levels below which a function's lines are dropped.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
    """
    for path in ("LoggingConfig.ApplicationLogLevel", "LoggingConfig.SystemLogLevel"):
        level = template.value(function, path)
        if level not in (None, "TRACE", "DEBUG", "INFO"):
            yield Finding(function.logical_id, path, str(level), "none, or INFO: below it, what is said is dropped")


def _used_otherwise(template: Template) -> Iterator[str]:
    for stage in template.of_type(API_STAGE):
        group = template.target_of(template.value(stage, "AccessLogSetting.DestinationArn"), LOG_GROUP)
        if group:
            yield group.logical_id


def _rights(template: Template, function: Resource, group: Resource | None) -> Iterator[Finding]:
    role = role_of(template, function)
    if role is None:
        yield Finding(function.logical_id, "Role", "a role that is not in this template", "a role that is")
        return
    if listed(template.value(role, "ManagedPolicyArns")):
        found = f"{template.value(role, 'ManagedPolicyArns')}, which may let it make log groups"
        yield Finding(role.logical_id, "ManagedPolicyArns", found, "no managed policies")
    for one in role_statements(template, role):
        if one.allows and (one.not_actions or not _known(one) or one.covers("logs:CreateLogGroup")):
            found = (
                f"a right that covers logs:CreateLogGroup: {one.raw.get('Action', one.raw.get('NotAction', 'unknown'))}"
            )
            yield Finding(one.owner.logical_id, f"{one.path}.Action", found, "no right to make log groups")
    if group is not None:
        for action in _WRITE:
            for finding in lacking(template, role, action, template.arn(group) or ""):
                yield replace(finding, fix=_GRANT)


def _known(statement: Statement) -> bool:
    return all(isinstance(action, str) for action in statement.actions)


policy = FunctionLogs()
