"""The mix of card transactions of a load, and the request bodies."""

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
    """Transactions by the parameters of a stage's rules."""

    parameters: RuleParameters

    def begin(self, total: int) -> datetime:
        """Return the start of traffic whose last of `total` items is just before now."""
        return first_ts(total, self.parameters, clock.now())

    def items(self, total: int, begin: datetime, mix: str | None) -> Iterator[Transaction]:
        """Yield transactions in order of time; UserError for a mix that is not in `MIXES`."""
        if (mix or DEFAULT) not in MIXES:
            raise UserError(f"there is no mix {mix!r} of card transactions: use {' or '.join(MIXES)}")
        # The generator's times have no fractions: two runs of one second are told apart by the seed.
        return generate(total, begin.microsecond // 1000, self.parameters, begin, MIXES[mix or DEFAULT])

    def body(self, item: Item, kind: str) -> bytes:
        """Return the request's body, corrupted if the kind is abuse."""
        assert isinstance(item, Transaction)
        return item.body() if kind == REGULAR else json.dumps(SPOIL[kind](item.fields())).encode()
