"""JSONPath in a state's data and in the context object, templates with paths, and ResultPath.

A path that finds nothing fails the execution: https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

import copy
import json
from functools import lru_cache
from typing import Any

from ministack.services import stepfunctions

from hallmark.stage.embedded.workflows import intrinsics
from hallmark.stage.embedded.workflows.failures import Failed, broken

Json = dict[str, Any]
_tokens = lru_cache(maxsize=1024)(stepfunctions._parse_jsonpath_tokens)
_MISSING = object()


def _look(path: str, data: Any) -> Any:
    tokens = _tokens(path)
    if tokens is None:
        raise broken(f"Invalid path '{path}'")
    found, many = [data], False
    for kind, value in tokens:
        many = many or kind == "wildcard"
        below: list[Any] = []
        for one in found:
            if kind == "wildcard":
                below += list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
            elif isinstance(one, dict if kind == "field" else list) and _has(one, value):
                below.append(one[value])
        found = below
    return found if many else (found or [_MISSING])[0]


def _has(one: Any, place: Any) -> bool:
    return place in one if isinstance(one, dict) else place < len(one)


def is_present(path: str, data: Any, context: Json) -> bool:
    """Return whether a path finds something, null included."""
    return _look(*_side(path, data, context)) is not _MISSING


def _side(path: str, data: Any, context: Json) -> tuple[str, Any]:
    return (path[1:], context) if path.startswith("$$") else (path, data)


def find(path: str, data: Any, context: Json) -> Any:
    """Return what a path names in the data or, after `$$`, in the context object; Failed when there is nothing."""
    found = _look(*_side(path, data, context))
    if found is _MISSING:
        raise broken(f"The JSONPath '{path}' could not be found in the input '{json.dumps(data)[:200]}'")
    return found


def selected(path: str | None, data: Any, context: Json) -> Any:
    """Return what InputPath or OutputPath leaves; null leaves an empty object."""
    if path is None:
        return dict[str, Any]()
    return data if path == "$" else find(path, data, context)


def value_of(text: str, data: Any, context: Json) -> Any:
    """Return the value of a path or of an intrinsic function."""
    if not text.startswith("States."):
        return find(text, data, context)
    try:
        call = intrinsics.parsed(text)
    except ValueError as error:
        raise broken(f"{text}: {error}") from error
    return intrinsics.computed(call, lambda path: find(path, data, context))


def filled(template: Any, data: Any, context: Json) -> Any:
    """Return Parameters, ItemSelector or ResultSelector with the values of their paths."""
    if isinstance(template, list):
        return [filled(one, data, context) for one in template]
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): value_of(value, data, context) if name.endswith(".$") else filled(value, data, context)
        for name, value in template.items()
    }


def placed(path: str | None, data: Any, result: Any) -> Any:
    """Return a state's data with its result where ResultPath says; null drops the result."""
    if path is None or path == "$":
        return data if path is None else result
    if not isinstance(data, dict):
        raise Failed("States.ResultPathMatchFailure", f"Unable to apply ResultPath {path} to input {json.dumps(data)}")
    changed = copy.copy(data)
    *above, last = [value for _, value in _tokens(path) or [("", "")]]
    place = changed
    for name in above:
        below = place.get(name)
        place[name] = dict(below) if isinstance(below, dict) else {}
        place = place[name]
    place[last] = result
    return changed
