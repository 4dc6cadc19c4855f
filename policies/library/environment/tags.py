"""Every resource that takes tags has the wanted ones; `$stage` in a value is the stage.

https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import Finding
from policies.engine.policy import WHOLE, Policy
from policies.engine.services.tagging import TAGGED, TAGGED_BY_KEY, UNTAGGED
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

_PATH = "Tags"


class Tags(Policy):
    scope = WHOLE

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for resource in template.resources.values():
            if resource.type in UNTAGGED:
                continue
            if resource.type not in TAGGED | TAGGED_BY_KEY:
                wanted = "a type in policies/engine/services/tagging.py"
                yield Finding(resource.logical_id, "Type", f"{resource.type}, which is not listed", wanted)
                continue
            own = _tags(template, resource)
            for key, value in parameters["tags"].items():
                value, found = value.replace("$stage", parameters["stage"]), own.get(key, [])
                if found != [value]:
                    values = ", ".join(map(str, found)) or "missing, or unknown"
                    yield Finding(resource.logical_id, f"{_PATH}.{key}", values, value)


def _tags(template: Template, resource: Resource) -> dict[str, list[Any]]:
    """Return the values by key."""
    tags = template.value(resource, _PATH)
    if isinstance(tags, Mapping):
        return {str(key): [value] for key, value in tags.items()} if resource.type in TAGGED_BY_KEY else {}
    found: dict[str, list[Any]] = {}
    for tag in tags if isinstance(tags, list) and resource.type in TAGGED else ():
        if isinstance(tag, Mapping):
            found.setdefault(str(tag.get("Key")), []).append(tag.get("Value", UNKNOWN))
    return found


policy = Tags()
