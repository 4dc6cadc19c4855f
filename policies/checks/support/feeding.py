"""What feeds a function from a bus: a function whose outcomes go to that bus would feed itself for ever.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from collections.abc import Iterator

from support.finding import Finding
from support.template import Resource, Template
from support.wiring import BUS, rules_on, targets_of

_MAPPING = "AWS::Lambda::EventSourceMapping"
# What passes on what has arrived: the property with where, and the one with whom to.
_READERS = {
    _MAPPING: ("EventSourceArn", "FunctionName"),
    "AWS::Logs::SubscriptionFilter": ("LogGroupName", "DestinationArn"),
    "AWS::SNS::Subscription": ("TopicArn", "Endpoint"),
}


def feeders(template: Template, bus: Resource) -> Iterator[Finding]:
    """The targets of the bus's rules that are functions, buses of this template or unknown; and what reads the rest."""
    wanted = f"nothing that feeds a function from {template.name(bus)}"
    reached: list[Resource | None] = []
    for rule in rules_on(template, bus):
        for target in targets_of(rule):
            arn = template.text(target.raw.get("Arn"))
            reached.append(template.target_of(arn))
            if arn is None or ":lambda:" in arn or template.by_arn(arn, BUS):
                yield Finding(rule.logical_id, f"{target.path}.Arn", arn or "unknown, therefore failed", wanted)
    for reader in template.of_type(*_READERS):
        source, to = _READERS[reader.type]
        called = template.text(reader.properties.get(to))
        from_bus = template.target_of(reader.properties.get(source))
        if from_bus in reached and from_bus and (called is None or reader.type == _MAPPING or ":lambda:" in called):
            yield Finding(reader.logical_id, to, called or "unknown, therefore failed", wanted)
