"""The rules of a template: their names, whether they run, which queue they fill; and the archives of its buses."""

from collections import Counter
from collections.abc import Iterator

from policies.engine.events.wiring import BUS, INVOKE_CONFIG, QUEUE, RULE, RuleTarget, rules_on, targets_of
from policies.engine.finding import Finding
from policies.engine.template.naming import own_name
from policies.engine.template.template import Resource, Template
from policies.engine.template.values import listed

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html#cfn-events-rule-state
_ENABLED = (None, "ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")
ARCHIVE = "AWS::Events::Archive"


def rule_id(template: Template, rule: Resource) -> str:
    """What a rule is called: its mark, or its own name."""
    return rule.mark or own_name(template, rule, RULE)


def is_enabled(template: Template, rule: Resource) -> bool:
    """Whether a rule surely runs; AWS's default is that it does."""
    return any(template.value(rule, "State") == state for state in _ENABLED)


def all_targets(template: Template) -> Iterator[RuleTarget]:
    """Every target of every rule, whatever its bus."""
    for rule in template.of_type(RULE):
        yield from targets_of(rule)


def unread_targets(rule: Resource) -> bool:
    """Whether the rule has no list of targets that could be read one by one."""
    targets = rule.properties.get("Targets")
    return not isinstance(targets, list) or not targets


def dead_letter_queue(template: Template, target: RuleTarget) -> Resource | None:
    """The queue of the template that a target's dead letters go to."""
    config = target.raw.get("DeadLetterConfig")
    return template.by_arn(config.get("Arn"), QUEUE) if isinstance(config, dict) else None


def buffer_queue(template: Template, bus: Resource) -> Resource | None:
    """The queue that most rules of a bus fill; a mark helps, a queue for what went wrong is none."""
    points: Counter[str] = Counter()
    for rule in rules_on(template, bus):
        points.update(_names(template.by_arn(target.raw.get("Arn"), QUEUE) for target in targets_of(rule)))
        points.subtract(_names(dead_letter_queue(template, target) for target in targets_of(rule)))
    for queue in template.of_type(QUEUE):
        points[queue.logical_id] += 2 if queue.mark == "buffer" else 0
    failed = _for_failures(template)
    ranked = [(score, name) for name, score in points.items() if score > 0 and name not in failed]
    return template.resources[max(ranked)[1]] if ranked else None


def _names(resources: Iterator[Resource | None]) -> set[str]:
    return {resource.logical_id for resource in resources if resource}


def _for_failures(template: Template) -> set[str]:
    redriven = [template.value(queue, "RedrivePolicy.deadLetterTargetArn") for queue in template.of_type(QUEUE)]
    failed = [template.value(one, "DestinationConfig.OnFailure.Destination") for one in template.of_type(INVOKE_CONFIG)]
    return _names(template.by_arn(arn, QUEUE) for arn in listed([*redriven, *failed]))


def archives_of(template: Template, bus: Resource) -> list[Resource]:
    """The archives whose source is surely this bus."""
    archives = template.of_type(ARCHIVE)
    return [archive for archive in archives if template.by_arn(archive.properties.get("SourceArn"), BUS) is bus]


def archive_problems(template: Template, bus: Resource, days: int) -> Iterator[Finding]:
    """A finding unless the bus has an archive, and for each that does not keep events for exactly these days.

    AWS keeps them for ever without a number.
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html
    """
    archives = archives_of(template, bus)
    if not archives:
        wanted = "an AWS::Events::Archive whose SourceArn is this bus"
        yield Finding(bus.logical_id, "", "no archive of this bus", wanted)
    for archive in archives:
        found = template.value(archive, "RetentionDays")
        if template.number(found) != days:
            told = "no number of days, so for ever" if found is None else f"{found} days"
            yield Finding(archive.logical_id, "RetentionDays", told, f"{days} days")
