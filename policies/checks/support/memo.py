"""What is worked out once for a template, however many ask."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from support.template import Template

Value = TypeVar("Value")
_KNOWN: WeakKeyDictionary[Template, dict[Hashable, Any]] = WeakKeyDictionary()


def once(template: Template, key: Hashable, make: Callable[[], Value]) -> Value:
    """The value of `make` for a template and a key; templates do not change once they are judged."""
    known = _KNOWN.setdefault(template, {})
    if key not in known:
        known[key] = make()
    value: Value = known[key]
    return value
