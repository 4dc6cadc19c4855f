"""Values at a path below a resource's properties, and the resource that an expression points to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.template.intrinsics import NESTED, UNKNOWN, Reference, is_function, text_of
from policies.engine.template.template import Resource, Template

_NOTHING: Mapping[str, Any] = {}
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
    inside = _object(template, value)
    if inside is UNKNOWN:
        yield place, UNKNOWN
        return
    key = step.removesuffix("[]")
    for name in inside if key == "*" else [key] if key in inside else []:
        at, item = f"{place}.{name}".lstrip("."), inside[name]
        if not step.endswith("[]"):
            yield at, item
            continue
        items = item if isinstance(item, list) else template.resolve(item)
        for index, one in enumerate(items if isinstance(items, list) else [items]):
            yield f"{at}[{index}]", one


def _object(template: Template, value: Any) -> Any:
    """Return an object, that of a JSON text too; UNKNOWN if it cannot be resolved, empty for anything else."""
    known = isinstance(value, Mapping) and not is_function(value)
    resolved = value if known else template.resolve(value)
    if isinstance(resolved, str) and resolved.lstrip().startswith("{"):
        resolved = template.structure(resolved)
    return resolved if resolved is UNKNOWN or isinstance(resolved, Mapping) else _NOTHING


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
