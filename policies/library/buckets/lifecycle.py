"""Every bucket tiers its objects at once and archives them at the wanted day, all of them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import BUCKET
from policies.engine.policy import Policy
from policies.engine.template.template import Resource, Template
from policies.engine.template.values import listed

_LIFECYCLE = "LifecycleConfiguration"
_TIERING = "IntelligentTieringConfigurations"
# A rule or configuration with one of these is for some objects only.
_NARROWING = ("Prefix", "Filter", "TagFilter", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")


class BucketTiering(Policy):
    scope = (BUCKET,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for bucket in template.of_type(BUCKET):
            yield from _lifecycle_problems(template, bucket, parameters)
            yield from _size_problems(template, bucket, parameters["minimum_object_size"])
            yield from _early(template, bucket, parameters["archive_days"])
            yield from _tier_problems(template, bucket, parameters["archive_days"])


def _for_all(template: Template, bucket: Resource, path: str) -> list[Mapping[str, Any]]:
    """The enabled rules or configurations that hold for every object."""
    found = template.value(bucket, path)
    rules = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return [one for one in rules if one.get("Status") == "Enabled" and not any(one.get(key) for key in _NARROWING)]


def _lifecycle_problems(template: Template, bucket: Resource, parameters: dict[str, Any]) -> Iterator[Finding]:
    name, path, days = bucket.logical_id, f"{_LIFECYCLE}.Rules", parameters["archive_days"]
    rules = _for_all(template, bucket, path)
    steps = {step for rule in rules for step in _steps(template, rule)}
    told = ", ".join(f"{kind} after {day:g} days" for kind, day in sorted(steps)) or "no transition of all objects"
    if ("INTELLIGENT_TIERING", parameters["tiering_days"]) not in steps:
        wanted = f"an enabled rule for all objects with INTELLIGENT_TIERING after {parameters['tiering_days']} days"
        yield Finding(name, path, told, wanted)
    if not any((kind, days) in steps for kind in parameters["archive_classes"]):
        wanted = f"an enabled rule for all objects with {' or '.join(parameters['archive_classes'])} after {days} days"
        yield Finding(name, path, told, wanted)


def _size_problems(template: Template, bucket: Resource, wanted: str) -> Iterator[Finding]:
    """By default lifecycle rules leave out everything below 128 KB.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    """
    place = f"{_LIFECYCLE}.TransitionDefaultMinimumObjectSize"
    smallest = template.value(bucket, place)
    if smallest != wanted:
        yield Finding(bucket.logical_id, place, str(smallest or "missing, so 128 KB"), wanted)


def _early(template: Template, bucket: Resource, days: int) -> Iterator[Finding]:
    """What a rule, whatever objects it is for, deletes or takes out of Intelligent-Tiering before the archive's day.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    """
    rules = template.value(bucket, f"{_LIFECYCLE}.Rules")
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        path = f"{_LIFECYCLE}.Rules[{index}]"
        if not isinstance(rule, Mapping):
            yield Finding(bucket.logical_id, path, "unknown, therefore failed", "a rule")
        elif rule.get("Status") != "Disabled":
            yield from _early_expiry(template, bucket, rule, path, days)
            yield from _early_transition(template, bucket, rule, path, days)


def _early_expiry(
    template: Template, bucket: Resource, rule: Mapping[str, Any], path: str, days: int
) -> Iterator[Finding]:
    """An object that is deleted first is never archived."""
    for key in ("ExpirationInDays", "ExpirationDate"):
        own = rule.get(key)
        number = template.number(own)
        if own is not None and (key == "ExpirationDate" or number is None or number <= days):
            yield Finding(bucket.logical_id, f"{path}.{key}", str(own), f"nothing, or more than {days} days")


def _early_transition(
    template: Template, bucket: Resource, rule: Mapping[str, Any], path: str, days: int
) -> Iterator[Finding]:
    """To another class than Intelligent-Tiering; one on a date may be early for some objects."""
    for step in _transitions(rule):
        kind, own = step.get("StorageClass"), step.get("TransitionInDays", "an unknown number of")
        number = template.number(own)
        if kind != "INTELLIGENT_TIERING" and (number is None or number < days):
            wanted = f"nothing but INTELLIGENT_TIERING before {days} days"
            yield Finding(bucket.logical_id, f"{path}.Transitions", f"{kind} after {own} days", wanted)


def _steps(template: Template, rule: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for step in _transitions(rule):
        days = template.number(step.get("TransitionInDays"))
        if days is not None:
            yield str(step.get("StorageClass")), days


def _transitions(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The transitions of a rule; one that cannot be read is a transition without anything."""
    for key in ("Transitions", "Transition"):
        for step in listed(rule.get(key)):
            yield step if isinstance(step, Mapping) else {}


def _tier_problems(template: Template, bucket: Resource, days: int) -> Iterator[Finding]:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_Tiering.html"""
    tierings = [
        tier
        for one in _for_all(template, bucket, _TIERING)
        for tier in (one["Tierings"] if isinstance(one.get("Tierings"), list) else [])
        if isinstance(tier, Mapping)
    ]
    found = [template.number(tier.get("Days")) for tier in tierings if tier.get("AccessTier") == "ARCHIVE_ACCESS"]
    if found != [days]:
        told = ", ".join(f"ARCHIVE_ACCESS after {day} days" for day in found) or "no archive tier for all objects"
        wanted = f"an enabled configuration for all objects with ARCHIVE_ACCESS after {days} days"
        yield Finding(bucket.logical_id, _TIERING, told, wanted)


policy = BucketTiering()
