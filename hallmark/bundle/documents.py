"""JSON with one spelling: what is read must be written the same, so that no byte of it is free."""

import json
from typing import Any

from hallmark.bundle.altered import AlteredError

Json = dict[str, Any]


def written(value: object) -> bytes:
    """Return a value as JSON with sorted keys, a line for each item."""
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def compact(value: object) -> bytes:
    """Return a value as JSON with sorted keys in one line."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def parsed(name: str, text: bytes | memoryview) -> Json:
    """Return the object in a member's JSON, in any spelling; AlteredError for another content."""
    value = _value(name, text)
    if not isinstance(value, dict):
        raise AlteredError(name, "it holds no JSON object any more")
    return value


def listed(name: str, text: bytes | memoryview) -> list[Json]:
    """Return the objects in a member's JSON; AlteredError for another content."""
    value = _value(name, text)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise AlteredError(name, "it holds no list of JSON objects any more")
    return value


def _value(name: str, text: bytes | memoryview) -> Any:
    try:
        return json.loads(bytes(text))
    except (ValueError, RecursionError):
        raise AlteredError(name, "it is no JSON any more") from None


def read(name: str, text: bytes | memoryview) -> Json:
    """Return the object in a member that `written` made; AlteredError for another spelling of it."""
    value = parsed(name, text)
    try:
        again = written(value)
    except (ValueError, RecursionError):
        again = b""
    if again != bytes(text):
        raise AlteredError(name, "it is not written as it was made")
    return value
