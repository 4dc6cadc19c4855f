"""A resource's properties in parts, each of which another control asks for: what breaks one accuses no other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Part:
    """Some keys of a mapping, or all but these."""

    keys: frozenset[str]
    rest: bool = False

    def of(self, whole: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in whole.items() if (key in self.keys) is not self.rest}


def parts(asked: Mapping[str, Sequence[str]], rest: str | None = None) -> list[Any]:
    """Parameters: the part of each control, and what no control names; `rest` is the control of that, if there is one.

    All of them together are the whole mapping.
    """
    rows = [_row(control, Part(frozenset(keys)), control) for control, keys in asked.items()]
    named = frozenset(key for keys in asked.values() for key in keys)
    return [*rows, _row("rest", Part(named, rest=True), rest)]


def _row(name: str, part: Part, control: str | None) -> Any:
    return pytest.param(part, id=name, marks=pytest.mark.control(control) if control else ())
