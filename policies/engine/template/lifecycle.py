"""The order of creation, and which resources survive deletion of the stack or replacement by an update.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.template.intrinsics import referred
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import listed

_KEPT = {"DeletionPolicy": ("Retain", "RetainExceptOnCreate"), "UpdateReplacePolicy": ("Retain",)}


def made_before(template: Template, resource: Resource) -> set[str]:
    """Return the logical ids of everything that certainly exists when the resource is created."""
    found: set[str] = set()
    waiting = [resource.logical_id]
    while waiting:
        one = template.resources.get(waiting.pop())
        named = template.of_body(one.raw, _waits_for) - found if one else frozenset[str]()
        found |= named
        waiting.extend(named)
    return found


def _waits_for(body: Mapping[str, Any]) -> frozenset[str]:
    # What is no text is reported for every resource: see `unreadable`.
    named = [one for one in listed(body.get("DependsOn")) if isinstance(one, str)]
    return frozenset([*named, *referred(body.get("Properties", {}))])


def loss_problems(resource: Resource) -> Iterator[Finding]:
    """Yield the attributes with which a resource would be deleted."""
    for attribute, kept in _KEPT.items():
        own = resource.raw.get(attribute)
        if own not in kept:
            yield Finding(resource.logical_id, attribute, str(own or "missing, so Delete"), "Retain")
