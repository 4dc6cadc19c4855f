"""Every event on a bus is kept as long as wanted: in an archive, and in a log group as its searchable copy.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.events.delivery import is_for_events, may_refuse, source_arns
from policies.engine.events.patterns import event_pattern, left_out, written
from policies.engine.events.rules import archive_problems, archives_of, is_enabled
from policies.engine.events.targets import carries_detail, shapers
from policies.engine.events.wiring import RuleTarget, rules_on, targets_of
from policies.engine.finding import TEMPLATE, Finding
from policies.engine.iam.resource_policies import held_statements
from policies.engine.iam.statements import Statement, conditions_of
from policies.engine.kinds import ARCHIVE, BUS, LOG_GROUP, RULE
from policies.engine.policy import Policy
from policies.engine.retention import retention_problems
from policies.engine.template.lifecycle import loss_problems
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

LOG_POLICY = "AWS::Logs::ResourcePolicy"
# An unknown event: only a pattern for everything matches it.
_ANY_EVENT: dict[str, str] = {}


class LoggedBus(Policy):
    scope = (BUS,)
    relies_on = (ARCHIVE, RULE, LOG_GROUP, LOG_POLICY)
    only = "bus"

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        part, days = parameters["bus"], parameters["retention_days"]
        bus = parameters["parts"].bus(part)
        if not bus:
            yield Finding(TEMPLATE, "Resources", f"no {part} bus", f"the {part} bus, recorded")
            return
        yield from archive_problems(template, bus, days)
        for archive in archives_of(template, bus):
            yield from _leaves_out(template, archive)
        yield from _copy_problems(template, bus, parameters)


def _leaves_out(template: Template, resource: Resource) -> Iterator[Finding]:
    """Yield an archive's or rule's pattern that leaves events out; only an archive needs none."""
    pattern = event_pattern(template, resource)
    if pattern is None and resource.type == ARCHIVE:
        return
    known = isinstance(pattern, Mapping) and pattern
    if not known or "detail" in pattern or left_out(template, pattern, _ANY_EVENT):
        wanted = 'a pattern that leaves out no event, such as {"source": [{"prefix": ""}]}'
        yield Finding(resource.logical_id, "EventPattern", written(pattern), wanted)


def _copy_problems(template: Template, bus: Resource, parameters: dict[str, Any]) -> Iterator[Finding]:
    copies = [
        (target, group)
        for rule in rules_on(template, bus)
        for target in targets_of(rule)
        if (group := template.by_arn(target.raw.get("Arn"), LOG_GROUP))
    ]
    if not copies:
        wanted = "a rule on this bus with a log group of this template as a target"
        yield Finding(bus.logical_id, "", "no log group gets what reaches this bus", wanted)
    for target, group in copies:
        if not is_enabled(template, target.rule):
            yield Finding(target.rule.logical_id, "State", str(template.value(target.rule, "State")), "ENABLED")
        yield from _leaves_out(template, target.rule)
        if not carries_detail(template, target):
            found = f"{', '.join(shapers(target))} that drops the event"
            yield Finding(target.rule.logical_id, target.path, found, "the event as it is")
        yield from _group_problems(template, target, group, parameters["retention_days"])
        if parameters["keeps_data"]:
            yield from loss_problems(group)


def _group_problems(template: Template, target: RuleTarget, group: Resource, days: int) -> Iterator[Finding]:
    yield from retention_problems(template, group, days)
    kind = template.value(group, "LogGroupClass")
    if kind not in (None, "STANDARD", "INFREQUENT_ACCESS"):
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
        yield Finding(group.logical_id, "LogGroupClass", str(kind), "STANDARD, which takes a retention")
    masked = template.value(group, "DataProtectionPolicy")
    if masked is not None:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html
        yield Finding(group.logical_id, "DataProtectionPolicy", str(masked), "none: it masks parts of what is recorded")
    if not template.name(group).startswith("/aws/events/"):
        yield Finding(group.logical_id, "LogGroupName", template.name(group), "a name below /aws/events/")
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        if not _may_write(template, target, group, action):
            wanted = f"{action} allowed to events.amazonaws.com by an {LOG_POLICY}"
            yield Finding(group.logical_id, "", "a group that EventBridge may not write to", wanted)


def _may_write(template: Template, target: RuleTarget, group: Resource, action: str) -> bool:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions"""
    arn, rule = str(template.arn(group)), template.arn(target.rule)
    grants, denials = template.once("log policies", lambda: _log_policies(template))
    allowed = any(
        one.covers(action) and (conditions_of(one) == {} or rule in source_arns(template, one))
        for one in grants.get(arn, ())
    )
    return allowed and not any(may_refuse(template, one, action, arn, str(rule)) for one in denials)


def _log_policies(template: Template) -> tuple[dict[str, list[Statement]], list[Statement]]:
    """Return what EventBridge may do, by resource, and what may be denied."""
    holders = template.of_type(LOG_POLICY, LOG_GROUP)
    statements = [one for holder in holders for one in held_statements(template, holder)]
    grants: dict[str, list[Statement]] = {}
    for one in statements:
        for resource in one.resources if one.effect == "Allow" and is_for_events(one) else ():
            if isinstance(resource, str):
                grants.setdefault(resource, []).append(one)
    return grants, [one for one in statements if one.denies]


policy = LoggedBus()
