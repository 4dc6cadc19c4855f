"""Contents of stored rule versions: comparable with a file's, whatever somebody wrote into the table."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

_SHOWN = 200


class Unequal(NamedTuple):
    """Two values that differ at a path; None where there is none."""

    path: str
    declared: Any
    observed: Any


def plain(value: Any) -> Any:
    """Return a value of DynamoDB as JSON has it; what JSON lacks (a set, bytes) becomes a text that names its type."""
    match value:
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Mapping():
            return {str(name): plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case None | bool() | int() | float() | str():
            return value
    return f"{type(value).__name__} {value!r}"


def canonical(content: Any) -> str:
    """Return the canonical JSON of a value: keys sorted, no spaces."""
    return json.dumps(plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal, in types too: true is not 1."""
    return canonical(one) == canonical(other)


def digest(value: Any) -> str:
    """Return the SHA-256, hex, of a value's canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def content_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the hash of a version is over: all but its number, its time, and the hash."""
    return {name: value for name, value in row.items() if name not in ("version", "effectiveFrom", "contentHash")}


def content_hash(row: Mapping[str, Any]) -> str:
    """Return the SHA-256, hex, of a row's content, computed anew (docs/realtime.md)."""
    return digest(content_of(row))


def is_readable(row: Mapping[str, Any]) -> bool:
    """Return whether the detector can read a version; one that it cannot read stops its rule altogether."""
    conditions = row.get("conditions")
    texts = all(isinstance(row.get(name), str) for name in ("effectiveFrom", "severity"))
    return texts and isinstance(conditions, list) and bool(conditions) and all(map(_is_condition, conditions))


def _is_condition(condition: Any) -> bool:
    if not isinstance(condition, Mapping):
        return False
    value = condition.get("value")
    values = value if isinstance(value, list) else [value]
    texts = all(isinstance(condition.get(name), str) for name in ("field", "operator"))
    return texts and all(isinstance(one, str | bool | int | Decimal) for one in values)


def unequal(declared: Any, observed: Any, path: str) -> Iterator[Unequal]:
    """Yield where two values differ, in types too; lists of plain values are compared as a whole."""
    left, right = plain(declared), plain(observed)
    if isinstance(left, dict) and isinstance(right, dict):
        for name in dict.fromkeys((*left, *right)):
            yield from unequal(left.get(name), right.get(name), f"{path}.{name}")
    elif _of_objects(left) and _of_objects(right):
        for index in range(max(len(left), len(right))):
            one, other = (side[index] if index < len(side) else None for side in (left, right))
            yield from unequal(one, other, f"{path}[{index}]")
    elif not same(left, right):
        yield Unequal(path, *_told(left, right))


def short(value: Any) -> str:
    """Return a value as JSON of a bounded length."""
    text = canonical(value)
    return f"{text[:_SHOWN]}..." if len(text) > _SHOWN else text


def _of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _told(left: Any, right: Any) -> tuple[Any, Any]:
    """Return both as they are shown; as JSON where only the type differs, such as 1000 and "1000"."""
    if str(left) == str(right):
        return short(left), short(right)
    return _bounded(left), _bounded(right)


def _bounded(value: Any) -> Any:
    is_whole = value is None or (isinstance(value, str | bool | int | float) and len(str(value)) <= _SHOWN)
    return value if is_whole else short(value)
