"""Which resource a text points to: by Ref, ARN, URL or name."""

from typing import TYPE_CHECKING

from policies.engine.template.identity import FORMS
from policies.engine.template.intrinsics import Reference
from policies.engine.template.resource import Resource

if TYPE_CHECKING:
    from policies.engine.template.template import Template


def identities(template: "Template") -> dict[str, list[Resource]]:
    """Return the resources by each text that names them."""
    found: dict[str, list[Resource]] = {}
    for resource in template.resources.values():
        own = str(Reference(resource.logical_id))
        texts: set[str | None] = {own}
        if resource.type in FORMS or resource.type == "AWS::Lambda::Version":
            arn = template.arn(resource)
            texts |= {str(template.ref(resource)), template.name(resource), arn, arn and arn.removesuffix(":*")}
        for text in texts:
            if text:
                same = found.setdefault(text, [])
                # Two of a type are ambiguous already; more only cost time.
                if not same or sum(one.type == resource.type for one in same) < 2:
                    same.append(resource)
    return found
