"""The table of changes, and how one is put into it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from hallmark.stage import Stage

Make = Callable[[Stage], Iterator[None]]


@dataclass(frozen=True)
class Change:
    """A change: the logical ids, without the hash at the end and with | between, and how each difference's path begins.

    `controls` are those whose policies report it, all of them; `reported_on` is what their findings name, if another.
    """

    name: str
    make: Callable[[Stage], AbstractContextManager[None]]
    resource: str
    path: str
    controls: frozenset[str]
    reported_on: str


CHANGES: list[Change] = []


def by_hand(resource: str, path: str, *controls: str, reported_on: str = "") -> Callable[[Make], Make]:
    """Put a change into the table: up to its `yield` it is made, after it it is taken back."""

    def register(make: Make) -> Make:
        made = contextmanager(make)
        CHANGES.append(Change(make.__name__, made, resource, path, frozenset(controls), reported_on or resource))
        return make

    return register
