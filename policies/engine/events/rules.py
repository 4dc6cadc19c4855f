"""The rules of a template: their names, whether they run, their dead-letter queues; and the archives of its buses."""

from collections.abc import Iterator

from policies.engine.events.wiring import RuleTarget, targets_of
from policies.engine.finding import Finding
from policies.engine.kinds import ARCHIVE, BUS, QUEUE, RULE
from policies.engine.retention import retention_problems
from policies.engine.template.naming import own_name
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html#cfn-events-rule-state
_ENABLED = (None, "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def rule_id(template: Template, rule: Resource) -> str:
    """Return what a rule is called: its mark, or its own name."""
    return rule.mark or own_name(template, rule, RULE)


def is_enabled(template: Template, rule: Resource) -> bool:
    """Return whether a rule is certainly enabled, as it is by default."""
    return any(template.value(rule, "State") == state for state in _ENABLED)


def all_targets(template: Template) -> Iterator[RuleTarget]:
    """Yield every target of every rule, whatever its bus."""
    for rule in template.of_type(RULE):
        yield from targets_of(rule)


def unread_targets(rule: Resource) -> bool:
    """Return whether the rule has no list of targets that could be read one by one."""
    targets = rule.properties.get("Targets")
    return not isinstance(targets, list) or not targets


def dead_letter_queue(template: Template, target: RuleTarget) -> Resource | None:
    """Return the queue of the template that a target's dead letters go to."""
    config = target.raw.get("DeadLetterConfig")
    return template.by_arn(config.get("Arn"), QUEUE) if isinstance(config, dict) else None


def archives_of(template: Template, bus: Resource) -> list[Resource]:
    """Return the archives whose source is certainly this bus."""
    archives = template.of_type(ARCHIVE)
    return [archive for archive in archives if template.by_arn(archive.properties.get("SourceArn"), BUS) is bus]


def archive_problems(template: Template, bus: Resource, days: int) -> Iterator[Finding]:
    """Yield a finding unless the bus has an archive, and for each that does not keep events for exactly these days."""
    archives = archives_of(template, bus)
    if not archives:
        wanted = "an AWS::Events::Archive whose SourceArn is this bus"
        yield Finding(bus.logical_id, "", "no archive of this bus", wanted)
    for archive in archives:
        yield from retention_problems(template, archive, days)
