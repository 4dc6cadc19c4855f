"""What CloudFormation makes first: whatever a resource depends on or refers to, and what that does in turn.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
"""

from support.references import referred
from support.statements import listed
from support.template import Resource, Template


def made_before(template: Template, resource: Resource) -> set[str]:
    """The logical ids of everything that is surely there when the resource is made."""
    found: set[str] = set()
    waiting = [resource.logical_id]
    while waiting:
        one = template.resources.get(waiting.pop())
        named = {*listed(one.raw.get("DependsOn")), *referred(one.properties)} - found if one else set()
        found |= named
        waiting.extend(named)
    return found
