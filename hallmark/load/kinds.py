"""The kinds of requests of a load: regular ones, and abuse, which must be refused."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from hallmark.sending.item import Item

Key = Literal["the stage's", "none", "over its quota"]
REGULAR = "regular"


@dataclass(frozen=True)
class Abuse:
    """One kind of abuse: the key that is sent, and the expected statuses."""

    name: str
    key: Key
    answers: frozenset[int]


@dataclass(frozen=True)
class Kinds:
    """A system's kinds of requests: the status that accepts a regular one, and its kinds of abuse.

    `is_timed` says of a regular item whether its answer's latency is the system's; by default that of each is.
    """

    accepted: int
    abuse: tuple[Abuse, ...] = ()
    is_timed: Callable[[Item], bool] = lambda _: True

    def answers(self, kind: str) -> frozenset[int]:
        """Return the statuses that should answer a kind of request."""
        return frozenset({self.accepted}) if kind == REGULAR else self._abuse(kind).answers

    def key(self, kind: str) -> Key:
        """Return which key is sent with a kind of request."""
        return "the stage's" if kind == REGULAR else self._abuse(kind).key

    def over_quota(self, kind: str) -> bool:
        """Return whether a kind of request needs a client over its quota."""
        return self.key(kind) == "over its quota"

    def in_turn(self) -> "cycle[str]":
        """Yield the names of the kinds of abuse, in turn, endlessly."""
        return cycle(kind.name for kind in self.abuse)

    def _abuse(self, name: str) -> Abuse:
        return next(kind for kind in self.abuse if kind.name == name)
