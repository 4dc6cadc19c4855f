"""What became of a run's items."""

from collections.abc import Mapping
from dataclasses import dataclass

from hallmark.ledger.ledger import Ledger


@dataclass(frozen=True)
class Reconciliation:
    """The ledger of a run, to which each system adds what else it observed."""

    ledger: Ledger

    @property
    def figures(self) -> Mapping[str, int]:
        """What the evidence keeps beside the counts of the ledger, by name."""
        return {}
