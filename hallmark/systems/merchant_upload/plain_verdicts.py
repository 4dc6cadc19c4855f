"""The rules of verdicts a second time, plainly: what a set of rows must show, whatever order they arrive in.

Nothing here comes from the functions but the table of rates, which is data. docs/merchant_upload.md has the rules.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from hallmark.project import ROOT

RATES = ROOT / "lambda" / "merchant_upload" / "anomaly_detection" / "rules.json"


@dataclass(frozen=True)
class PlainTransaction:
    """One row of a file; `id` tells it from all others, of other merchants too; `time` is aware."""

    id: str
    merchant: str
    card_token: str
    time: datetime
    amount: Decimal
    currency: str
    country: str
    merchant_category: str
    time_zone: str | None = None


def verdicts(rows: Sequence[PlainTransaction]) -> dict[str, frozenset[str]]:
    """Return the rules that each row breaks, by its id. Quadratic in the rows of one card."""
    cards: dict[tuple[str, str], list[PlainTransaction]] = defaultdict(list)
    for row in rows:
        cards[row.merchant, row.card_token].append(row)
    return {
        row.id: frozenset(rule for rule, breaks in RULES.items() if breaks(row, card))
        for card in cards.values()
        for row in card
    }


def usd(row: PlainTransaction) -> Decimal:
    """Return an amount in USD."""
    return row.amount * _rates()[row.currency]


@cache
def _rates() -> Mapping[str, Decimal]:
    table = json.loads(RATES.read_text(encoding="utf-8"))["rates"]["usdFor"]
    return {currency: Decimal(rate) for currency, rate in table.items()}


def _window(row: PlainTransaction, card: Sequence[PlainTransaction], length: timedelta) -> list[PlainTransaction]:
    """Return the rows of a card in (t - w, t], the row itself included."""
    return [other for other in card if row.time - length < other.time <= row.time]


def _velocity(row: PlainTransaction, card: Sequence[PlainTransaction]) -> bool:
    return len(_window(row, card, timedelta(minutes=10))) >= 5


def _geography(row: PlainTransaction, card: Sequence[PlainTransaction]) -> bool:
    return len({other.country for other in _window(row, card, timedelta(hours=1))}) >= 2


def _duplicate(row: PlainTransaction, card: Sequence[PlainTransaction]) -> bool:
    return any(
        (other.amount, other.currency) == (row.amount, row.currency) and other.id != row.id
        for other in _window(row, card, timedelta(minutes=5))
    )


def _night(row: PlainTransaction, _: Sequence[PlainTransaction]) -> bool:
    return row.time_zone is not None and row.time.astimezone(ZoneInfo(row.time_zone)).hour in (0, 1, 2, 3, 4, 5)


RULES: Mapping[str, Callable[[PlainTransaction, Sequence[PlainTransaction]], bool]] = {
    "high-amount": lambda row, _: abs(usd(row)) > 10_000,
    "card-testing": lambda row, _: 0 < usd(row) < 1,
    "velocity": _velocity,
    "geography": _geography,
    "duplicate": _duplicate,
    "risky-category": lambda row, _: row.merchant_category in {"gambling", "crypto", "gift-cards"},
    "night-hours": _night,
}


def at(milliseconds: int) -> datetime:
    """Return Unix milliseconds, as a row's `timestamp` is stored, as an aware time."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
