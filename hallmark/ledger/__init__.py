"""The ledger: what should have come of a run at every place of the pipeline, against what did."""

from hallmark.ledger.ledger import Ledger
from hallmark.ledger.settle import settle

__all__ = ["Ledger", "settle"]
