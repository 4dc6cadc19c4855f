"""What is worked out once for a template, however many ask."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from support.template import Template

Value = TypeVar("Value")


def once(template: Template, key: Hashable, make: Callable[[], Value]) -> Value:
    """The value of `make` for a template and a key; templates do not change once they are judged."""
    if key not in template.memory:
        template.memory[key] = make()
    value: Value = template.memory[key]
    return value
