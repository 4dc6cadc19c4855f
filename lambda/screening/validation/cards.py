"""Where card data is in what a client sends, however deep: in values, in numbers, in names of fields."""

from collections.abc import Mapping
from typing import Any, Optional

from shared_python.card_numbers import holds_card_number

from screening.transaction import FIELDS, holds_card


def field_with_card(transaction: Mapping[str, Any]) -> Optional[str]:
    """Return the first field that has a card number in its name or below: known ones in their order, then by name."""
    known = [name for name in FIELDS if name in transaction]
    for name in [*known, *sorted(transaction.keys() - FIELDS)]:
        if holds_card_number(name) or _holds(name, transaction[name]):
            return name
    return None


def _holds(name: str, value: Any) -> bool:
    """Walk without recursion: nesting may be deep."""
    pending = [(name, value)]
    while pending:
        field, inner = pending.pop()
        if isinstance(inner, Mapping):
            if any(map(holds_card_number, inner)):
                return True
            pending += inner.items()
        elif isinstance(inner, list):
            # Numbers side by side are groups of one.
            if holds_card_number(" ".join(str(one) for one in inner if not isinstance(one, (Mapping, list)))):
                return True
            pending += [("", one) for one in inner]
        elif holds_card(inner, field):
            return True
    return False
