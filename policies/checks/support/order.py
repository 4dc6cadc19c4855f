"""What CloudFormation makes first: whatever a resource depends on or refers to, and what that does in turn.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from support.statements import listed
from support.template import Resource, Template


def made_before(template: Template, resource: Resource) -> set[str]:
    """The logical ids of everything that is surely there when the resource is made."""
    found: set[str] = set()
    waiting = [resource.logical_id]
    while waiting:
        one = template.resources.get(waiting.pop())
        named = {*listed(one.raw.get("DependsOn")), *_referred(one.properties)} - found if one else set()
        found |= named
        waiting.extend(named)
    return found


def _referred(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _referred(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key in ("Ref", "Fn::GetAtt"):
                yield str(listed(item)[0]).split(".")[0]
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{([A-Za-z0-9]+)[.}]", str(listed(item)[0]))
            yield from _referred(item)
