"""The table of changes, and how one is put into it."""

from collections.abc import Callable, Iterator, Sequence
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

    @property
    def resources(self) -> set[str]:
        """The logical ids, without the hash at the end."""
        return set(self.resource.split("|"))

    def goes_with(self, other: "Change") -> bool:
        """Return whether both can be made at once: none may change what the other is judged by."""
        own, others = self.resources | {self.reported_on}, other.resources | {other.reported_on}
        return own.isdisjoint(others) and self.controls.isdisjoint(other.controls)


def groups(changes: Sequence[Change]) -> list[list[Change]]:
    """Deal changes into groups whose members can be made at once: a stage takes long to read."""
    found: list[list[Change]] = []
    for change in changes:
        free = (group for group in found if all(change.goes_with(one) for one in group))
        group = next(free, None)
        if group is None:
            found.append([change])
        else:
            group.append(change)
    return found


CHANGES: list[Change] = []


def by_hand(resource: str, path: str, *controls: str, reported_on: str = "") -> Callable[[Make], Make]:
    """Put a change into the table: up to its `yield` it is made, after it it is taken back."""

    def register(make: Make) -> Make:
        made = contextmanager(make)
        CHANGES.append(Change(make.__name__, made, resource, path, frozenset(controls), reported_on or resource))
        return make

    return register
