"""Values at a path below a resource's properties, and the resource that an expression points to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.template.intrinsics import NESTED, UNKNOWN, Reference, is_function, text_of
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.walking import containers

# How an attribute stands in a text that was resolved.
_ATTRIBUTE = re.compile(r"\$\{(\w+)\.[\w.]+\}")


def places(template: Template, resource: Resource, path: str) -> Iterator[tuple[str, Any]]:
    """Yield what is at a path, resolved, each with its own path; UNKNOWN where it cannot be resolved.

    `[]` is every item of a list, `*` every key of an object; an object may also be a JSON text.
    """
    found: list[tuple[str, Any]] = [("", resource.properties)]
    for step in path.split("."):
        found = [one for place, value in found for one in _below(template, place, value, step)]
    for place, value in found:
        resolved = template.resolve([value])
        if resolved and resolved[0] is not None:
            yield place, resolved[0]


def _below(template: Template, place: str, value: Any, step: str) -> Iterator[tuple[str, Any]]:
    key = step.removesuffix("[]")
    for inside in _objects(template, value):
        if inside is UNKNOWN:
            yield place, UNKNOWN
            continue
        for name in inside if key == "*" else [key] if key in inside else []:
            at, item = f"{place}.{name}".lstrip("."), inside[name]
            if not step.endswith("[]"):
                yield at, item
                continue
            for items in _either(template, item):
                for index, one in enumerate(items if isinstance(items, list) else [items]):
                    yield f"{at}[{index}]", one


def _either(template: Template, value: Any) -> list[Any]:
    """Return what a value may be: both branches of an Fn::If that cannot be resolved and may be an object or a list."""
    if not is_function(value):
        return [value]
    resolved = template.resolve(value)
    return containers(value) or [resolved] if resolved is UNKNOWN else [resolved]


def _objects(template: Template, value: Any) -> list[Any]:
    """Return the objects that a value may be, those of JSON texts too; UNKNOWN for one that cannot be resolved."""
    found = [template.structure(one) if _is_json(one) else one for one in _either(template, value)]
    return [one for one in found if one is UNKNOWN or isinstance(one, Mapping)]


def _is_json(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("{")


def parsed(template: Template, value: Any) -> Any:
    """Return the object or list that a JSON text holds; anything else as it is."""
    is_json = isinstance(value, str) and value.lstrip()[:1] in ("{", "[")
    found = template.structure(value) if is_json else value
    return value if found is UNKNOWN else found


def is_nested(value: Any) -> bool:
    """Return whether a resolved value has others inside."""
    return isinstance(value, NESTED)


def texts_in(value: Any) -> Iterator[str | None]:
    """Yield the texts of a resolved value at any depth; None for each that cannot be resolved."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, NESTED):
            waiting.extend(list(one.values() if isinstance(one, dict) else one)[::-1])
        else:
            yield text_of(one)


def pointed(template: Template, expression: Any, *types: str) -> Resource | None:
    """Return the resource that an expression points to by Ref, ARN, URL or name, or by any of its attributes."""
    value = template.resolve(expression)
    written = _ATTRIBUTE.fullmatch(value) if isinstance(value, str) else None
    name = value.logical_id if isinstance(value, Reference) else written and written[1]
    if name:
        found = template.resources.get(name)
        return found if found and (not types or found.type in types) else None
    return template.target_of(value, *types)
