"""The same work on several things by several processes; only here for speed."""

import os
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from typing import Any, TypeVar

from infra.errors import UserError

Result = TypeVar("Result")
# As many as can be forked and have a processor of their own.
MOST = os.cpu_count() or 1 if hasattr(os, "fork") else 1
# What forked processes do: they have it from the beginning, because a closure cannot be sent to them.
_WORK: list[Callable[[str], Any]] = []


def every(work: Callable[[str], Result], names: Sequence[str], processes: int) -> dict[str, Result]:
    """Return the results by name; the names are begun in their order. UserError of the first that has one."""
    if min(processes, len(names)) < 2:
        return {name: work(name) for name in names}
    _WORK.append(work)
    try:
        with get_context("fork").Pool(min(processes, len(names))) as pool:
            return dict(zip(names, map(_raised, pool.imap(_done, names)), strict=True))
    finally:
        _WORK.pop()


def _done(name: str) -> Any:
    try:
        return _WORK[-1](name)
    except UserError as error:
        return error


def _raised(result: Any) -> Any:
    if isinstance(result, UserError):
        raise result
    return result
