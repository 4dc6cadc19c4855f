"""The check that data read from a file has the types that its dataclass declares. Standard library only."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

# No count, time or rate of a run comes near; what does would break arithmetic.
_MOST = 1e15


def has_type(value: Any, wanted: Any) -> bool:
    """Return whether a value has a declared type, in all its parts; numbers are finite, and a whole one is a float."""
    if is_dataclass(wanted):
        return type(value) is wanted and all(
            has_type(getattr(value, one.name), _types(wanted)[one.name]) for one in fields(wanted)
        )
    kind, inner = get_origin(wanted), get_args(wanted)
    if kind is Literal:
        return value in inner if isinstance(value, str) else False
    if kind in (Union, UnionType):
        return any(has_type(value, one) for one in inner)
    if kind is tuple:
        return isinstance(value, tuple) and all(has_type(one, inner[0]) for one in value)
    if kind in (dict, Mapping):
        return isinstance(value, dict) and all(
            has_type(k, inner[0]) and has_type(v, inner[1]) for k, v in value.items()
        )
    if wanted is float:
        return type(value) in (int, float) and abs(value) < _MOST and isfinite(value)
    if wanted is int:
        return type(value) is int and abs(value) < _MOST
    return type(value) is (NoneType if wanted is None else wanted)


@cache
def _types(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)
