"""JSON schemas (draft 4) that refuse every body, or accept every body.

https://json-schema.org/draft-04/json-schema-validation
"""

from collections.abc import Mapping
from typing import Any

_TYPES = frozenset({"array", "boolean", "null", "number", "object", "string"})
_PROSE = frozenset({"$schema", "id", "title", "description", "default", "definitions"})


def refuses_all(schema: Any) -> bool:
    """Return whether nothing certainly fits a schema."""
    if not isinstance(schema, Mapping):
        return schema is False
    if "not" in schema and accepts_all(schema["not"]):
        return True
    kinds = _types(schema)
    if kinds is not None and not kinds:
        return True
    if schema.get("enum") == []:
        return True
    every = _schemas(schema, "allOf")
    if any(map(refuses_all, every)) or _disjoint([schema, *every]):
        return True
    return any(own and all(map(refuses_all, own)) for own in (_schemas(schema, "anyOf"), _schemas(schema, "oneOf")))


def accepts_all(schema: Any) -> bool:
    """Return whether everything certainly fits a schema."""
    if not isinstance(schema, Mapping):
        return schema is True
    asked = {key: value for key, value in schema.items() if key not in _PROSE}
    return all(_asks_nothing(key, value) for key, value in asked.items())


def _asks_nothing(key: str, value: Any) -> bool:
    match key:
        case "type":
            return set(value if isinstance(value, list) else [value]) >= _TYPES
        case "not":
            return refuses_all(value)
        case "allOf":
            return isinstance(value, list) and all(map(accepts_all, value))
        case "anyOf":
            return isinstance(value, list) and any(map(accepts_all, value))
    return False


def _types(schema: Mapping[str, Any]) -> set[str] | None:
    found = schema.get("type")
    if found is None:
        return None
    kinds = {str(one) for one in (found if isinstance(found, list) else [found])}
    return kinds | {"integer"} if "number" in kinds else kinds


def _schemas(schema: Mapping[str, Any], key: str) -> list[Any]:
    found = schema.get(key)
    return found if isinstance(found, list) else []


def _disjoint(schemas: list[Any]) -> bool:
    """Return whether no type is in all of these schemas."""
    asked = [kinds for one in schemas if isinstance(one, Mapping) and (kinds := _types(one)) is not None]
    return bool(asked) and not set.intersection(*asked)
