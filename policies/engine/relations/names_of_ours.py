"""Which resources of the template a value names: by Ref, Fn::GetAtt, ARN, URL or name, inside a longer text, too."""

import re
from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import invocation
from policies.engine.kinds import ALIAS, API_STAGE, VERSION
from policies.engine.relations.places import parsed, texts_in
from policies.engine.template.intrinsics import referred
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template

# ARNs and addresses inside a text.
_INSIDE = re.compile(r"(?:arn:aws|https://)[^\s\"'`,;|<>\]]+")
_BETWEEN = re.compile(r"[\s:/\"'`,;|<>\[\]{}()=]+")
# Their names, such as `live` and `dev`, are everybody's words.
_COMMON = (ALIAS, API_STAGE, VERSION)
_ENDS = ("/*", ":*", "/", "*")


def names_of_ours(template: Template, expression: Any) -> list[Resource]:
    """Return the resources of the template that a value names, each once."""
    found = {name: template.resources[name] for name in referred(expression) if name in template.resources}
    whole = template.resolve(expression)
    for text in texts_in(parsed(template, whole)):
        for one in _resources(template, text) if text else ():
            found.setdefault(one.logical_id, one)
    return list(found.values())


def _resources(template: Template, text: str) -> Iterator[Resource]:
    # Of a text such as `function:<name>:<alias>` or `table/<name>`, each word.
    for candidate in dict.fromkeys([text, *_INSIDE.findall(text), *_BETWEEN.split(text)]):
        for end in ("", *(end for end in _ENDS if candidate.endswith(end))):
            for one in template.named(candidate.removesuffix(end)):
                if one.type not in _COMMON or candidate.startswith("arn:"):
                    yield one
            call = invocation(template, candidate)
            if call:
                yield call.function
