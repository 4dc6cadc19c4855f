"""The kinds of requests of a load: regular ones, and abuse, which must be refused."""

from dataclasses import dataclass
from itertools import cycle
from typing import Literal

Key = Literal["the stage's", "none", "over its quota"]
REGULAR = "regular"


@dataclass(frozen=True)
class Abuse:
    """One kind of abuse: which key comes along, and the statuses that answer it."""

    name: str
    key: Key
    answers: frozenset[int]


@dataclass(frozen=True)
class Kinds:
    """What a system is sent: the status by which it accepts a regular request, and its kinds of abuse."""

    accepted: int
    abuse: tuple[Abuse, ...] = ()

    def answers(self, kind: str) -> frozenset[int]:
        """Return the statuses that should answer a kind of request."""
        return frozenset({self.accepted}) if kind == REGULAR else self._abuse(kind).answers

    def key(self, kind: str) -> Key:
        """Return whose key comes along with a kind of request."""
        return "the stage's" if kind == REGULAR else self._abuse(kind).key

    def over_quota(self, kind: str) -> bool:
        """Whether a kind of request wants a client that has used up its quota."""
        return self.key(kind) == "over its quota"

    def in_turn(self) -> "cycle[str]":
        """Return the names of the kinds of abuse, in turn, for ever."""
        return cycle(kind.name for kind in self.abuse)

    def _abuse(self, name: str) -> Abuse:
        return next(kind for kind in self.abuse if kind.name == name)
