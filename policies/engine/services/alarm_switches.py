"""What keeps an alarm from ringing without a word among its properties, and alarms of alarms that ring for it.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-combining.html
"""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.relations.places import places
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_true

MUTE, COMPOSITE = "AWS::CloudWatch::AlarmMuteRule", "AWS::CloudWatch::CompositeAlarm"
_NAMES = "MuteTargets.AlarmNames"
# One alarm, or several of which one is enough. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
_ONE = r"""\s*\(*\s*ALARM\s*\(\s*["']?([^"'()]+?)["']?\s*\)\s*\)*\s*"""
_ANY_OF = re.compile(rf"{_ONE}(?:OR{_ONE})*")


def mutes(template: Template, alarm: Resource) -> Iterator[Finding]:
    """Yield the rules that mute an alarm, or may: it changes its state, and does nothing."""
    muted = template.once("mutes", lambda: _mutes(template))
    for name in (template.name(alarm), template.arn(alarm), UNRESOLVED):
        for rule, place in muted.get(str(name), ()):
            wanted = f"no rule that mutes {template.name(alarm)}"
            yield Finding(rule.logical_id, place, "an alarm that must ring" if name != UNRESOLVED else name, wanted)


def _mutes(template: Template) -> dict[str, list[tuple[Resource, str]]]:
    """Return the rules that mute by the alarm's name, with the place of the name."""
    found: dict[str, list[tuple[Resource, str]]] = {}
    for rule in template.of_type(MUTE):
        for place, value in places(template, rule, f"{_NAMES}[]"):
            found.setdefault(text_of(value) or UNRESOLVED, []).append((rule, place))
    return found


def ringing_for(template: Template, alarm: Resource) -> list[Resource]:
    """Return the composite alarms that certainly ring when an alarm does: it is enough, and nothing suppresses them."""
    found = template.once("composites", lambda: _composites(template))
    return [*found.get(template.name(alarm), ()), *found.get(str(template.arn(alarm)), ())]


def _composites(template: Template) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for one in template.of_type(COMPOSITE):
        rule = template.text(one.properties.get("AlarmRule"))
        if rule and _ANY_OF.fullmatch(rule) and _acts(template, one):
            for name in re.findall(_ONE, rule):
                found.setdefault(name, []).append(one)
    return found


def _acts(template: Template, one: Resource) -> bool:
    enabled: Any = template.value(one, "ActionsEnabled")
    suppressed = template.value(one, "ActionsSuppressor")
    return (enabled is None or is_true(template, enabled)) and suppressed is None
