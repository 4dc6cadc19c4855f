"""Log groups keep what is written for a number of days, and functions write to groups that somebody declared.

Lambda makes a group for a function that has none: it never expires, and outlives its stack.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import log_group_of
from policies.engine.finding import Finding
from policies.engine.kinds import FUNCTION, LOG_GROUP, VERSION
from policies.engine.policy import Policy
from policies.engine.services.versions import whole_functions
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import shown

# The CDK's helper, which sets the retention of a group that Lambda made.
_HELPER = "Custom::LogRetention"
_PATH = "RetentionInDays"


class RetainedLogs(Policy):
    scope = (LOG_GROUP, FUNCTION, _HELPER)
    relies_on = (VERSION,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        least, most = parameters["minimum_days"], parameters["maximum_days"]
        for group in template.of_type(LOG_GROUP, _HELPER):
            found = template.value(group, _PATH)
            days = template.number(found)
            if days is None or not least <= days <= most:
                own = "missing: never expires" if found is None else shown(template, found)
                yield Finding(group.logical_id, _PATH, own, f"{least} to {most} days")
        helped = {template.text(one.properties.get("LogGroupName")) for one in template.of_type(_HELPER)}
        for function in whole_functions(template):
            name = f"/aws/lambda/{template.name(function)}"
            if _makes_its_own(template, function) and name not in helped:
                found = f"no log group of this template: Lambda makes {name}, which never expires"
                yield Finding(function.logical_id, "LoggingConfig.LogGroup", found, "a log group of this template")


def _makes_its_own(template: Template, function: Resource) -> bool:
    """Return whether Lambda makes a function's group: none is named, and none of the template has its name."""
    named = template.value(function, "LoggingConfig.LogGroup")
    return named is None and log_group_of(template, function) is None


policy = RetainedLogs()
