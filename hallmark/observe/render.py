"""Differences between declared and observed, as lines for a terminal and as data."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from hallmark.observe.comparison import Explained
from hallmark.unread import Unread
from hallmark.wording import counted

_LABELS = {"missing": "declared, but missing", "added": "present, but not declared", "changed": ""}
AS_DECLARED = "no drift: the stage is as declared"


def text(found: Sequence[Explained]) -> Iterator[str]:
    """Yield the differences resource by resource, with controls and how to mend them, and their number."""
    for (name, kind), items in groupby(found, key=lambda one: (one.difference.resource, one.difference.type)):
        listed = list(items)
        labels = (_LABELS[listed[0].difference.change], f"in {listed[0].stack}" if listed[0].stack else "")
        yield "  ".join(filter(None, (name, kind, *labels)))
        for one in listed:
            if one.difference.path:
                yield f"  {one.difference.path}"
                yield f"    declared  {_shown(one.difference.declared)}"
                yield f"    observed  {_shown(one.difference.observed)}"
            for concern in one.concerns:
                yield f"    {concern.control}: {concern.fix}"
        for mend in dict.fromkeys(one.mend for one in listed):
            yield f"  mend: {mend}"
    resources = len({one.difference.resource for one in found})
    many = f"{counted(len(found), 'difference')} in {counted(resources, 'resource')}"
    yield many if found else AS_DECLARED


def unread_text(rows: Sequence[Unread]) -> Iterator[str]:
    """Yield what is not read, one line each, after their number."""
    if rows:
        yield f"not read: {counted(len(rows), 'kind')} of settings, which could differ unseen"
    for row in rows:
        yield f"  {row.what}: {row.reason}"


def as_data(one: Explained) -> dict[str, Any]:
    """Return a difference as JSON has it."""
    stack = {"stack": one.stack} if one.stack else {}
    controls = [asdict(concern) for concern in one.concerns]
    return {**asdict(one.difference), **stack, "controls": controls, "mend": one.mend}


def _shown(value: Any) -> str:
    return "nothing" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
