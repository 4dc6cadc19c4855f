"""A transaction as it is sent: one JSON text, and what it says."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hallmark import clock
from hallmark.systems.screening.plain.content import Identity, identity_of

# What the next of a lane waits for: nothing, that this one is recorded, or that it is decided.
RECORDED, DECIDED = "recorded", "decided"


@dataclass(frozen=True)
class Transaction:
    """The `number`-th of a run; `text` is the execution's input, `value` the same as Python reads it.

    `kind` says what a generated one is, `lane` which others it must follow, `awaited` how far it must be before the
    next of its lane begins.
    """

    number: int
    text: str
    value: Any
    kind: str = ""
    lane: str = ""
    awaited: str = ""

    @cached_property
    def identity(self) -> Identity | None:
        """The id and the time by which the table would know it now; None if either is refused."""
        return identity_of(self.value, clock.now())

    @property
    def id(self) -> str:
        """The id that the ledger counts, which holds no value of what is ill-formed."""
        return f"{self.identity.id if self.identity else 'ill-formed'}#{self.number}"
