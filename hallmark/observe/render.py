"""Differences between declared and observed, as lines for a terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from hallmark.observe.drift import Difference

_LABELS = {"missing": "declared, but missing", "added": "present, but not declared", "changed": ""}


def text(found: Sequence[Difference]) -> Iterator[str]:
    """Yield the differences resource by resource, and their number."""
    for (name, kind), items in groupby(found, key=lambda one: (one.resource, one.type)):
        listed = list(items)
        yield f"{name}  {kind}  {_LABELS[listed[0].change]}".rstrip()
        for one in listed:
            if one.path:
                yield f"  {one.path}"
                yield f"    declared  {_shown(one.declared)}"
                yield f"    observed  {_shown(one.observed)}"
    resources = len({one.resource for one in found})
    many = f"{_counted(len(found), 'difference')} in {_counted(resources, 'resource')}"
    yield many if found else "no drift: the stage is as declared"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shown(value: Any) -> str:
    return "nothing" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
