"""Valid rows: every number of decimals, debits and credits, descriptions that need quotes, spellings of times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from random import Random

from hallmark.csv_files.layout import Draft, decimal, letters
from hallmark.systems.bank_upload.reading import NAMES

COLUMNS = NAMES
CURRENCIES = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "GBP": 2, "ISK": 0, "BHD": 3, "UYW": 4}
DESCRIPTIONS = (
    *("", "invoice of October", 'said "paid", twice', "two\nlines", "two\r\nlines", "a,b;c", "Überweisung: Café"),
    *("送金 東京", "\U0001f4b6 refund", "x" * 140, '"', 'ends with a quote"', "1 of 2", "rent, 3rd floor"),
)
_DAY_SECONDS, _MOST_UNITS = 86_400, 5_000_000


@dataclass
class Drawer:
    """What draws rows of one bank: ids and tokens that only this generation has, times on a report date."""

    drawn: Random
    mark: str
    bank: str

    def __post_init__(self) -> None:
        self._ids = count(1)
        self._kinds: Iterator[tuple[str, str]] = cycle(
            [(currency, kind) for currency in CURRENCIES for kind in ("debit", "credit")]
        )
        self._descriptions = cycle(DESCRIPTIONS)

    def row(self, day: str) -> Draft:
        """Return the next row of a day."""
        currency, kind = next(self._kinds)
        number = letters(next(self._ids))
        return Draft(
            {
                "transaction_id": f"txn-{self.mark}-{number}",
                "timestamp": self._written(day),
                "account_token": f"acct_{self.mark}_{letters(self.drawn.randrange(1_000))}",
                "amount": self._amount(CURRENCIES[currency]),
                "currency": currency,
                "type": kind,
                "bank_id": self.bank,
                "description": next(self._descriptions),
            }
        )

    def rows(self, day: str, number: int) -> list[Draft]:
        """Return so many rows of a day."""
        return [self.row(day) for _ in range(number)]

    def _amount(self, decimals: int) -> str:
        amount = decimal(self.drawn.randrange(1, _MOST_UNITS), decimals)
        match self.drawn.randrange(8):
            case 0 if decimals and amount.endswith("0"):
                return amount.rstrip("0").rstrip(".")
            case 1:
                return f"0{amount}"
            case _:
                return amount

    def _written(self, day: str) -> str:
        """Return a time of the day in UTC in one of the spellings of RFC 3339, also as another zone's day."""
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=self.drawn.randrange(_DAY_SECONDS))
        match self.drawn.randrange(5):
            case 0:
                return f"{moment:%Y-%m-%dT%H:%M:%S}.{self.drawn.randrange(1_000_000):06d}Z"
            case 1:
                return f"{moment + timedelta(hours=5, minutes=30):%Y-%m-%dT%H:%M:%S}+05:30"
            case 2:
                return f"{moment - timedelta(hours=8):%Y-%m-%dT%H:%M:%S}-08:00"
            case _:
                return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
