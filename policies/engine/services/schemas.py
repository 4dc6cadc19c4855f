"""JSON schemas (draft 4) that refuse every body, or accept every body.

https://json-schema.org/draft-04/json-schema-validation
"""

from collections.abc import Mapping
from typing import Any

_TYPES = frozenset({"array", "boolean", "null", "number", "object", "string"})
# Type -> the least and the most of it.
_BOUNDS = {
    "array": ("minItems", "maxItems"),
    "integer": ("minimum", "maximum"),
    "number": ("minimum", "maximum"),
    "object": ("minProperties", "maxProperties"),
    "string": ("minLength", "maxLength"),
}
_PROSE = frozenset({"$schema", "id", "title", "description", "default", "definitions"})


def refuses_all(schema: Any) -> bool:
    """Return whether nothing certainly fits a schema."""
    if not isinstance(schema, Mapping):
        return schema is False
    if "not" in schema and accepts_all(schema["not"]):
        return True
    kinds = _types(schema)
    if kinds is not None and all(_impossible(kind, schema) for kind in kinds):
        return True
    values = schema.get("enum")
    if isinstance(values, list) and not any(kinds is None or kinds & _types_of(value) for value in values):
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


def _impossible(kind: str, schema: Mapping[str, Any]) -> bool:
    """Return whether no value of a type fits: bounds exclude each other, or an object needs what it may not have."""
    low, high = (schema.get(name) for name in _BOUNDS.get(kind, ("", "")))
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        return True
    needed = schema.get("required")
    if kind != "object" or not isinstance(needed, list):
        return False
    known = schema.get("properties")
    own: Mapping[str, Any] = known if isinstance(known, Mapping) else {}
    closed = schema.get("additionalProperties") is False and "patternProperties" not in schema
    most = schema.get("maxProperties")
    too_many = isinstance(most, int | float) and len(set(map(str, needed))) > most
    return too_many or any(refuses_all(own[one]) if one in own else closed for one in needed)


def _types_of(value: Any) -> set[str]:
    match value:
        case None:
            return {"null"}
        case bool():
            return {"boolean"}
        case str():
            return {"string"}
        case int() | float():
            return {"number", "integer"} if float(value).is_integer() else {"number"}
        case list():
            return {"array"}
        case Mapping():
            return {"object"}
    # What cannot be resolved may be anything.
    return {*_TYPES, "integer"}


def _schemas(schema: Mapping[str, Any], key: str) -> list[Any]:
    found = schema.get(key)
    return found if isinstance(found, list) else []


def _disjoint(schemas: list[Any]) -> bool:
    """Return whether no type is in all of these schemas."""
    asked = [kinds for one in schemas if isinstance(one, Mapping) and (kinds := _types(one)) is not None]
    return bool(asked) and not set.intersection(*asked)
