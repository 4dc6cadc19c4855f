"""The mix of a load: everyday transactions and every rule's, few that are refused or come again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zlib import crc32

from hallmark import clock
from hallmark.sending.item import Item
from hallmark.systems.screening.files import in_lanes
from hallmark.systems.screening.mix.generate import CONFLICT, REPEAT, generate
from hallmark.systems.screening.mix.refused import KINDS
from hallmark.systems.screening.transaction import Transaction
from infra.errors import UserError

# Of what is refused or comes again, one id in so many is sent: what ends early is no load.
_ONE_IN = 20
_SHORT = frozenset({*KINDS, CONFLICT, REPEAT})
# So many are drawn for each that is sent, and some more.
_DRAWN, _SPARE = 3, 100
# One in so many is only started, as the customer's client does.
_STARTED_ONE_IN = 4
DEFAULT = "transactions"


def is_waited_for(one: Transaction) -> bool:
    """Return whether a transaction is started for an answer: three of four, and what has no other way to be known.

    What others of its lane follow must be decided before they begin; of what is ill-formed only the answer tells.
    """
    return one.number % _STARTED_ONE_IN != 0 or bool(one.awaited) or one.identity is None


@dataclass(frozen=True)
class TransactionMix:
    """Transactions for a workflow."""

    workflow: str

    def begin(self, total: int) -> datetime:
        """Return a time from which all have passed; no two runs have the same."""
        return clock.now() - timedelta(seconds=_DRAWN * total + _SPARE)

    def items(self, total: int, begin: datetime, mix: str | None) -> Iterator[Transaction]:
        """Yield transactions, each customer's in time order; UserError for another mix than the one there is."""
        if (mix or DEFAULT) != DEFAULT:
            raise UserError(f"there is no mix {mix!r} of transactions: use {DEFAULT}")
        drawn = generate(_DRAWN * total + _SPARE, begin.microsecond // 1000, begin)
        chosen = [one for one in drawn if one.kind not in _SHORT or _is_kept(one)][:total]
        yield from in_lanes([replace(one, number=number) for number, one in enumerate(chosen, 1)])

    def body(self, item: Item, kind: str) -> bytes:
        """Return the request that starts the workflow with a transaction; there is no abuse."""
        assert isinstance(item, Transaction)
        return json.dumps({"stateMachineArn": self.workflow, "input": item.text}).encode()


def _is_kept(one: Transaction) -> bool:
    """Return the same for all of one id."""
    named = one.value.get("transaction_id") if isinstance(one.value, dict) else one.number
    return crc32(str(named).encode()) % _ONE_IN == 0
