"""The reconciliation of a run: what happened to each of its items."""

from collections.abc import Mapping
from dataclasses import dataclass

from hallmark.ledger.ledger import Ledger


@dataclass(frozen=True)
class Reconciliation:
    """The ledger of a run, to which each system adds its other observations."""

    ledger: Ledger

    @property
    def figures(self) -> Mapping[str, int]:
        """Numbers for the evidence beside the counts of the ledger, by name."""
        return {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the reader of the result: each difference of the ledger, and what the numbers cannot tell."""
        return tuple(self.ledger.differences)
