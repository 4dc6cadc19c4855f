"""Sizes of DynamoDB items without encoding every text and reading every number again.

A row of a file is measured thirteen times on its way: for limits, pages, capacity, streams and usage.
"""

from functools import lru_cache
from typing import Any

from ministack.services import dynamodb

_of_value = dynamodb._attribute_value_size
# Whole seconds, amounts and counts come again and again.
_of_number = lru_cache(65_536)(dynamodb._number_size_bytes)


def _of_text(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def value_size(value: Any) -> int:
    """Return the bytes of a typed value; the emulator's own answer for rarer types, and for what is none."""
    if type(value) is dict and len(value) == 1:
        ((kind, content),) = value.items()
        if kind == "S" and type(content) is str:
            return _of_text(content)
        if kind == "N" and type(content) is str:
            return _of_number(content)
        if kind == "M":
            return 3 + len(content) + item_size(content)
    return int(_of_value(value))


def item_size(item: Any) -> int:
    """Return the bytes of an item, its attributes' names included."""
    if not isinstance(item, dict):
        return 0
    size = 0
    for name, value in item.items():
        size += (len(name) if name.isascii() else len(name.encode())) + value_size(value)
    return size


def install() -> None:
    """Have DynamoDB measure in this way."""
    dynamodb._attribute_value_size, dynamodb._item_size_bytes = value_size, item_size
