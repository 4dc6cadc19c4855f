"""The mix of card transactions that a load consists of, and the bodies that are sent for it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hallmark import clock
from hallmark.load.kinds import REGULAR
from hallmark.sending.item import Item
from hallmark.systems.realtime.cards.generator import first_ts, generate
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.schedule import everyday, several_rules
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.load.abuse import SPOIL
from infra.errors import UserError

MIXES = {"cards": everyday, "several-rules": several_rules}
DEFAULT = "cards"


@dataclass(frozen=True)
class CardMix:
    """Transactions as the parameters of a stage's rules want them."""

    parameters: RuleParameters

    def begin(self, total: int) -> datetime:
        """Return the first moment of traffic of which the last of `total` items lies just before now."""
        return first_ts(total, self.parameters, clock.now())

    def items(self, total: int, begin: datetime, mix: str | None) -> Iterator[Transaction]:
        """Yield transactions in the order of time; UserError for another mix than those of `MIXES`."""
        if (mix or DEFAULT) not in MIXES:
            raise UserError(f"there is no mix {mix!r} of card transactions: use {' or '.join(MIXES)}")
        return generate(total, 0, self.parameters, begin, MIXES[mix or DEFAULT])

    def body(self, item: Item, kind: str) -> bytes:
        """Return the request's body, spoilt where the kind is abuse."""
        assert isinstance(item, Transaction)
        return item.body() if kind == REGULAR else json.dumps(SPOIL[kind](item.fields())).encode()
