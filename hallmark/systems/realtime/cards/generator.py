"""Generated card transactions: seeded, deterministic, and with every combination of the five rules."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import count
from math import ceil
from random import Random

from hallmark import clock
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import HIGH_RISK_CATEGORIES
from hallmark.systems.realtime.cards.schedule import Slot, schedule, slots_per_window
from hallmark.systems.realtime.cards.tokens import token
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.cards.world import (
    CENT,
    DAY,
    DAYBREAK,
    LIMIT,
    NEAR_CATEGORIES,
    NIGHT,
    ORDINARY_CATEGORIES,
    OTHER_CURRENCIES,
    ZONES,
    foreign_countries,
    foreign_regions,
    zone_with_hour,
)


def generate(
    total: int,
    seed: int,
    parameters: RuleParameters,
    start: datetime | None = None,
    slots: Callable[[int, RuleParameters], Iterator[Slot]] = schedule,
) -> Iterator[Transaction]:
    """Yield `total` transactions in time order, the same for the same seed, parameters and start.

    `start` is the aware time of the first; by default the last is just before now. Runs with another seed or start
    share neither ids nor accounts. From `minimum_for_every_combination` on, all 32 combinations of the rules occur
    (with a velocity threshold of two or more: below that, every transaction reaches it), unless `slots` is another one.
    """
    step = _step(parameters)
    begin = (first_ts(total, parameters, clock.now()) if start is None else start).replace(microsecond=0)
    writer = _Writer(seed, begin, parameters)
    for number, slot in enumerate(slots(total, parameters)):
        yield writer.write(slot, begin + number * step)


def first_ts(total: int, parameters: RuleParameters, now: datetime) -> datetime:
    """Return the start with which the last of `total` transactions is just before now."""
    return now - total * _step(parameters)


def _step(parameters: RuleParameters) -> timedelta:
    return timedelta(milliseconds=1000 * parameters.velocity_window_seconds // slots_per_window(parameters))


class _Writer:
    """Fills slots: draws the values that a slot leaves open; only bursts bring an account to the threshold."""

    def __init__(self, seed: int, begin: datetime, parameters: RuleParameters) -> None:
        self._run = token(seed, clock.to_text(begin), length=16)
        self._random = Random(self._run)
        self._parameters = parameters
        self._foreign = foreign_countries(parameters)
        self._abroad = foreign_regions(parameters)
        self._numbers = count()
        # An account's next transaction is near.
        self._account = lru_cache(maxsize=4096)(self._account_of)
        self._pool = ceil(slots_per_window(parameters) / max(1, parameters.velocity_threshold - 2)) + 1

    def write(self, slot: Slot, ts: datetime) -> Transaction:
        number = next(self._numbers)
        account_id, zone = self._account(f"b{slot.burst}" if slot.burst is not None else str(number % self._pool))
        amount, currency, region = self._money(slot)
        card_not_present, country = self._presence(slot)
        return Transaction(
            transaction_id=f"txn-{token(self._run, number, length=28)}",
            account_id=account_id,
            ts=ts,
            amount=amount,
            currency=currency,
            region=region,
            merchant_category=self._category(slot),
            card_not_present=card_not_present,
            country=country,
            cardholder_time_zone=self._zone(slot, ts, zone),
            merchant_id=f"merchant-{token(self._random.randrange(500), length=12)}",
        )

    def _money(self, slot: Slot) -> tuple[Decimal, str, str]:
        domestic = self._random.choice(self._parameters.domestic_regions)
        large = self._random.choice((LIMIT, self._amount(1_000, 20_000)))
        if "high-value-domestic" in slot.rules:
            return large, "USD", domestic
        match slot.near_miss:
            case "a cent too little":
                return LIMIT - CENT, "USD", domestic
            case "another currency":
                return large, self._random.choice(OTHER_CURRENCIES), domestic
            case "another region":
                return large, "USD", self._random.choice(self._abroad)
            case "a large refund":
                return -large, "USD", domestic
        sign = -1 if self._random.random() < 0.04 else 1
        return sign * self._amount(1, 500), "USD", self._random.choice((domestic, *self._abroad))

    def _amount(self, low: int, high: int) -> Decimal:
        return Decimal(self._random.randrange(low * 100, high * 100)) * CENT

    def _category(self, slot: Slot) -> str:
        if "high-risk-merchant" in slot.rules:
            return self._random.choice(HIGH_RISK_CATEGORIES)
        near = slot.near_miss == "a similar category"
        return self._random.choice(NEAR_CATEGORIES if near else ORDINARY_CATEGORIES)

    def _presence(self, slot: Slot) -> tuple[bool, str]:
        home = self._random.choice(self._parameters.home_countries)
        abroad = self._random.choice(self._foreign)
        if "geo-anomaly" in slot.rules:
            return True, abroad
        match slot.near_miss:
            case "abroad with the card":
                return False, abroad
            case "at home without the card":
                return True, home
        return self._random.random() < 0.2, home

    def _account_of(self, name: str) -> tuple[str, int]:
        """Return the account's id, and its holder's preferred zone."""
        return f"acct-{token(self._run, name, length=20)}", Random(f"{self._run}{name}").randrange(len(ZONES))

    def _zone(self, slot: Slot, ts: datetime, preferred: int) -> str:
        hours = NIGHT if "night-time" in slot.rules else DAYBREAK if slot.near_miss == "six o'clock" else DAY
        return zone_with_hour(ts, hours, preferred)
