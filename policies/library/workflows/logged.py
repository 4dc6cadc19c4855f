"""Every state machine logs all that happens, and no data, to a log group of its own with the retention.

Step Functions writes vended logs: the policy of the region that lets it has no room for many groups, unless their names
begin as AWS's own do.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.wiring import log_group_of
from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import FUNCTION, LOG_GROUP, WORKFLOW
from policies.engine.policy import Policy
from policies.engine.retention import retention_problems
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, listed

_LOGS = "LoggingConfiguration"
_PREFIX = "/aws/vendedlogs/states/"


class WorkflowLogs(Policy):
    scope = (WORKFLOW,)
    relies_on = (LOG_GROUP,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        taken: dict[str, str] = {
            group.logical_id: function.logical_id
            for function in template.of_type(FUNCTION)
            if (group := log_group_of(template, function))
        }
        for workflow in template.of_type(WORKFLOW):
            name = workflow.logical_id
            level = template.value(workflow, f"{_LOGS}.Level")
            if level != "ALL":
                yield Finding(name, f"{_LOGS}.Level", str(level or "missing, so OFF"), "ALL")
            data = template.value(workflow, f"{_LOGS}.IncludeExecutionData")
            if not is_off(data):
                yield Finding(name, f"{_LOGS}.IncludeExecutionData", str(data), "false: data stay out of logs")
            group = _destination(template, workflow)
            if group is None:
                yield Finding(
                    name, f"{_LOGS}.Destinations", _shown(template, workflow), "one log group of this template"
                )
                continue
            if group.logical_id in taken:
                found = f"{group.logical_id}, which {taken[group.logical_id]} writes to as well"
                yield Finding(name, f"{_LOGS}.Destinations", found, "a log group of its own")
                continue
            yield from retention_problems(template, group, parameters["retention_days"])
            if not template.name(group).startswith(_PREFIX):
                wanted = f"a name that begins with {_PREFIX}"
                yield Finding(group.logical_id, "LogGroupName", template.name(group), wanted)
            taken[group.logical_id] = name


def _destination(template: Template, workflow: Resource) -> Resource | None:
    """Return the log group of this template that a state machine writes to: the ARN ends with `:*`."""
    arns = _arns(template, workflow)
    group = template.target_of(arns[0], LOG_GROUP) if len(arns) == 1 else None
    return group if group and arns[0] == template.arn(group) else None


def _arns(template: Template, workflow: Resource) -> list[Any]:
    found = template.value(workflow, f"{_LOGS}.Destinations")
    return [_arn(one) for one in listed(found)]


def _arn(destination: Any) -> Any:
    for key in ("CloudWatchLogsLogGroup", "LogGroupArn"):
        destination = destination.get(key, UNKNOWN) if isinstance(destination, Mapping) else UNKNOWN
    return destination


def _shown(template: Template, workflow: Resource) -> str:
    arns = _arns(template, workflow)
    return ", ".join(UNRESOLVED if one is UNKNOWN else str(one) for one in arns) or "none"


policy = WorkflowLogs()
