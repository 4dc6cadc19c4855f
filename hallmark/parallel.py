"""Concurrent small calls to AWS."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 8


def each(call: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Return the results of `call` for the items, in their order, using a few threads."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(call, items))
