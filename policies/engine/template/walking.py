"""The leaves of a value, with their paths."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.template.intrinsics import NESTED, is_function
from policies.engine.template.outline import branches


def walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a value with their paths; an intrinsic function is a leaf.

    Of an Fn::If that may be an object or a list, the leaves of both branches.
    """
    waiting = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict) and not is_function(value):
            begin = f"{path}." if path else ""
            waiting.extend([(f"{begin}{key}", item) for key, item in value.items()][::-1])
        elif isinstance(value, dict) and (inner := containers(value)):
            waiting.extend([(path, one) for one in inner][::-1])
        elif isinstance(value, list):
            waiting.extend([(f"{path}[{index}]", item) for index, item in enumerate(value)][::-1])
        else:
            yield path, value


def containers(function: dict[str, Any]) -> list[Any]:
    """Return the objects and lists that an Fn::If may be."""
    if "Fn::If" not in function:
        return []
    return [one for one in branches(function) if isinstance(one, NESTED) and not is_function(one)]


def leaves_of(body: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the leaves of a resource's properties."""
    return list(walk(body.get("Properties", {})))
