"""What stays when the stack goes, or when a change makes CloudFormation put another in its place.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
"""

from collections.abc import Iterator

from support.finding import Finding
from support.template import Resource

_KEPT = {"DeletionPolicy": ("Retain", "RetainExceptOnCreate"), "UpdateReplacePolicy": ("Retain",)}


def loss_problems(resource: Resource) -> Iterator[Finding]:
    """The attributes that would let a resource go."""
    for attribute, kept in _KEPT.items():
        own = resource.raw.get(attribute)
        if own not in kept:
            yield Finding(resource.logical_id, attribute, str(own or "missing, so Delete"), "Retain")
