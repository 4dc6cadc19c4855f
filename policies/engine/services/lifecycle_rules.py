"""The lifecycle rules of buckets: which apply to every object, and what happens too early.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

LIFECYCLE = "LifecycleConfiguration"
RULES = f"{LIFECYCLE}.Rules"
Rule = Mapping[str, Any]
# A rule or configuration with one of these applies to some objects only.
_LARGER = "ObjectSizeGreaterThan"
_NARROWING = ("Prefix", "Filter", "TagFilter", "TagFilters", _LARGER, "ObjectSizeLessThan")


def for_all(template: Template, bucket: Resource, path: str) -> list[Rule]:
    """Return the enabled rules or configurations that apply to every object."""
    found = template.value(bucket, path)
    rules = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    return [one for one in rules if one.get("Status") == "Enabled" and not _is_narrowed(template, one)]


def _is_narrowed(template: Template, rule: Rule) -> bool:
    """Return whether a rule applies, or may apply, to some objects only; every object is larger than nothing."""
    own = [key for key in _NARROWING if rule.get(key)]
    return any(key != _LARGER or template.number(rule[key]) != 0 for key in own)


def steps_of(template: Template, rules: list[Rule]) -> set[tuple[str, float]]:
    """Return the storage classes that rules move objects to, and after how many days."""
    found: set[tuple[str, float]] = set()
    for step in (step for rule in rules for step in _transitions(rule)):
        days = template.number(step.get("TransitionInDays"))
        if days is not None:
            found.add((str(step.get("StorageClass")), days))
    return found


def shown_steps(steps: set[tuple[str, float]]) -> str:
    """Return transitions as a finding shows them."""
    return ", ".join(f"{kind} after {day:g} days" for kind, day in sorted(steps)) or "no transition of all objects"


def _transitions(rule: Rule) -> Iterator[Rule]:
    """Yield the transitions of a rule; one that cannot be read is empty."""
    for key in ("Transitions", "Transition"):
        for step in listed(rule.get(key)):
            yield step if isinstance(step, Mapping) else {}


def size_problems(template: Template, bucket: Resource, wanted: str) -> Iterator[Finding]:
    """Yield a bucket whose rules leave out small objects: by default everything below 128 KB.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    """
    place = f"{LIFECYCLE}.TransitionDefaultMinimumObjectSize"
    smallest = template.value(bucket, place)
    if smallest != wanted:
        yield Finding(bucket.logical_id, place, str(smallest or "missing, so 128 KB"), wanted)


def active_rules(template: Template, bucket: Resource) -> Iterator[tuple[str, Rule | None]]:
    """Yield the rules that are not disabled with their paths; None for one that cannot be resolved."""
    rules = template.value(bucket, RULES)
    for index, rule in enumerate(rules if isinstance(rules, list) else []):
        if not isinstance(rule, Mapping):
            yield f"{RULES}[{index}]", None
        elif rule.get("Status") != "Disabled":
            yield f"{RULES}[{index}]", rule


def early_problems(template: Template, bucket: Resource, days: int, but: str = "") -> Iterator[Finding]:
    """Yield what a rule deletes, or moves to another class than `but`, before this day.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
    """
    for path, rule in active_rules(template, bucket):
        if rule is None:
            yield Finding(bucket.logical_id, path, UNRESOLVED, "a rule")
        else:
            yield from _early_expiry(template, bucket, rule, path, days)
            yield from _early_transition(template, bucket, rule, path, days, but)


def _early_expiry(template: Template, bucket: Resource, rule: Rule, path: str, days: int) -> Iterator[Finding]:
    """Yield expiry before the day: a deleted object is never archived."""
    for key in ("ExpirationInDays", "ExpirationDate"):
        own = rule.get(key)
        number = template.number(own)
        if own is not None and (key == "ExpirationDate" or number is None or number <= days):
            yield Finding(bucket.logical_id, f"{path}.{key}", str(own), f"nothing, or more than {days} days")


def _early_transition(
    template: Template, bucket: Resource, rule: Rule, path: str, days: int, but: str
) -> Iterator[Finding]:
    """Yield transitions before the day; one on a date may be early for some objects."""
    for step in _transitions(rule):
        kind, own = step.get("StorageClass"), step.get("TransitionInDays", "an unknown number of")
        number = template.number(own)
        if not (but and kind == but) and (number is None or number < days):
            wanted = f"nothing but {but} before {days} days" if but else f"nothing before {days} days"
            yield Finding(bucket.logical_id, f"{path}.Transitions", f"{kind} after {own} days", wanted)
