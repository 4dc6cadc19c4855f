"""A row before it is written: its cells, and the places whose currencies and zones it may have."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hallmark.csv_files.layout import Draft, decimal, letters

COLUMNS = (
    "transaction_id",
    "timestamp",
    "card_token",
    "amount",
    "currency",
    "country",
    "merchant_category",
    "card_present",
    "time_zone",
)
OPTIONAL = frozenset({"time_zone"})
CATEGORIES = ("grocery", "electronics", "books", "travel", "fashion", "fuel", "pharmacy")
DAYS = 28


class Place(NamedTuple):
    """A country with its currency, the currency's decimals, roughly its worth in USD, and a time zone."""

    country: str
    currency: str
    decimals: int
    usd: float
    zone: str


PLACES = (
    Place("US", "USD", 2, 1.0, "America/New_York"),
    Place("DE", "EUR", 2, 1.1, "Europe/Berlin"),
    Place("GB", "GBP", 2, 1.3, "Europe/London"),
    Place("JP", "JPY", 0, 0.0067, "Asia/Tokyo"),
    Place("KW", "KWD", 3, 3.2, "Asia/Kuwait"),
    Place("CL", "CLF", 4, 40.0, "America/Santiago"),
    Place("IN", "INR", 2, 0.012, "Asia/Kolkata"),
    Place("NP", "NPR", 2, 0.0073, "Asia/Kathmandu"),
)
US = PLACES[0]


@dataclass
class Drawer:
    """What draws rows of one merchant: ids and tokens that only this generation has, times from `begin` on."""

    drawn: Random
    mark: str
    begin: datetime
    _ids: int = 0
    _cards: int = 0

    def id(self) -> str:
        """Return a new transaction id."""
        self._ids += 1
        return f"txn-{self.mark}-{letters(self._ids)}"

    def card(self) -> str:
        """Return a new card token."""
        self._cards += 1
        return f"tok_{self.mark}_{letters(self._cards)}"

    def moment(self, first_hour: int = 9, last_hour: int = 20, zone: str = "UTC") -> datetime:
        """Return a time on one of the days, between two local hours."""
        day = self.begin.date() + timedelta(days=self.drawn.randrange(1, DAYS))
        second = self.drawn.randrange(first_hour * 3600, (last_hour + 1) * 3600)
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(seconds=second)
        return local.astimezone(UTC)

    def amount(self, place: Place, least_usd: float, most_usd: float) -> str:
        """Return an amount worth so many USD, with the decimals of the place's currency."""
        units = self.drawn.uniform(least_usd, most_usd) / place.usd * 10**place.decimals
        return decimal(max(1, round(units)), place.decimals)

    def row(self, card: str, moment: datetime, place: Place, **cells: str) -> Draft:
        """Return an everyday row, unless `cells` say otherwise."""
        usual = {
            "transaction_id": self.id(),
            "timestamp": self.written(moment),
            "card_token": card,
            "amount": self.amount(place, 5, 900),
            "currency": place.currency,
            "country": place.country,
            "merchant_category": self.drawn.choice(CATEGORIES),
            "card_present": self.drawn.choice(("true", "false")),
            "time_zone": "",
        }
        return Draft({**usual, **cells})

    def written(self, moment: datetime) -> str:
        """Return a time in one of the spellings of RFC 3339."""
        match self.drawn.randrange(4):
            case 0:
                return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
            case 1:
                return f"{moment + timedelta(hours=5, minutes=30):%Y-%m-%dT%H:%M:%S}+05:30"
            case _:
                return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
