"""Cards: everyday ones, those with every combination of anomalies, and near misses of each anomaly."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from hallmark.csv_files.layout import Draft
from hallmark.systems.merchant_upload.mix.draft import PLACES, US, Drawer

TEN_MINUTES, HOUR, FIVE_MINUTES = 600, 3600, 300
RISKY = ("gambling", "crypto", "gift-cards")
_FIRST_DAY_HOUR, _LAST_DAY_HOUR, _LAST_NIGHT_HOUR = 9, 20, 5
# high-amount and card-testing exclude each other.
_EITHER = (False, True)
COMBINATIONS = tuple(product(("everyday", "high", "testing"), _EITHER, _EITHER, _EITHER, _EITHER, _EITHER))
_USD: Mapping[str, tuple[float, float]] = {"everyday": (5, 900), "high": (14_000, 60_000), "testing": (0.2, 0.6)}


def everyday(drawer: Drawer) -> list[Draft]:
    """Return a few rows of a card, days apart; some are refunds, and some have a zone by day."""
    card, place, drawn = drawer.card(), drawer.drawn.choice(PLACES), drawer.drawn
    days = drawn.sample(range(1, 20), drawn.randrange(1, 8))
    first = drawer.begin + timedelta(hours=drawn.randrange(24), seconds=drawn.randrange(HOUR))
    rows = [drawer.row(card, first + timedelta(days=day), place) for day in days]
    if drawn.random() < 0.1:
        rows[0] = rows[0].having(amount=f"-{rows[0].cells['amount']}")
    if drawn.random() < 0.3:
        moment = drawer.moment(_FIRST_DAY_HOUR, _LAST_DAY_HOUR, place.zone)
        rows.append(drawer.row(drawer.card(), moment, place, time_zone=place.zone))
    return rows


def anomalous(drawer: Drawer, combination: tuple[str, bool, bool, bool, bool, bool]) -> list[Draft]:
    """Return a card's rows, of which one has exactly this combination of anomalies."""
    size, velocity, geography, duplicate, risky, night = combination
    drawn, card = drawer.drawn, drawer.card()
    place, other = drawn.sample(PLACES, 2)
    hours = (0, _LAST_NIGHT_HOUR) if night else (_FIRST_DAY_HOUR, _LAST_DAY_HOUR)
    moment = drawer.moment(*hours, place.zone)
    last = drawer.row(card, moment, place, amount=drawer.amount(place, *_USD[size]))
    last = last.having(
        time_zone=place.zone if night or drawn.random() < 0.5 else "",
        merchant_category=drawn.choice(RISKY) if risky else last.cells["merchant_category"],
    )

    def before(least: int, most: int) -> datetime:
        return moment - timedelta(seconds=drawn.randrange(least, most))

    rows = [last]
    rows += [drawer.row(card, before(FIVE_MINUTES, TEN_MINUTES), place) for _ in range(4 if velocity else 0)]
    if geography:
        rows.append(drawer.row(card, before(TEN_MINUTES, HOUR), other))
    if duplicate:
        rows.append(drawer.row(card, before(1, FIVE_MINUTES), place, amount=last.cells["amount"]))
    return rows


def _burst(drawer: Drawer, *seconds: int, **cells: str) -> list[Draft]:
    card, moment = drawer.card(), drawer.moment()
    return [drawer.row(card, moment + timedelta(seconds=after), US, **cells) for after in seconds]


def _amount(drawer: Drawer, *amounts: str) -> list[Draft]:
    return [drawer.row(drawer.card(), drawer.moment(), US, amount=amount) for amount in amounts]


def _two_currencies(drawer: Drawer) -> list[Draft]:
    first, second = _burst(drawer, 0, 60, amount="25.00")
    return [first, second.having(currency="EUR")]


def _two_countries(drawer: Drawer, seconds: int) -> list[Draft]:
    first, second = _burst(drawer, 0, seconds)
    return [first, second.having(country="FR")]


def _night(drawer: Drawer) -> Iterator[Draft]:
    """Yield rows at the edges of the night, and one in the night that says no zone."""
    place = drawer.drawn.choice(PLACES)
    day = drawer.moment().date()
    for hour, minute, second in ((0, 0, 0), (5, 59, 59), (6, 0, 0), (23, 59, 59)):
        local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZoneInfo(place.zone))
        yield drawer.row(drawer.card(), local.astimezone(drawer.begin.tzinfo), place, time_zone=place.zone)
    yield drawer.row(drawer.card(), drawer.moment(1, 3, place.zone), place)


# Each on both sides of an edge: a window holds its end, but not its begin.
EDGES: tuple[Callable[[Drawer], list[Draft]], ...] = (
    lambda drawer: _burst(drawer, 0, 100, 200, 300, TEN_MINUTES),
    lambda drawer: _burst(drawer, 0, 100, 200, 300, TEN_MINUTES - 1),
    lambda drawer: _burst(drawer, 0, 0, 0, 0, 0, 0),
    lambda drawer: _burst(drawer, 0, FIVE_MINUTES, amount="12.50"),
    lambda drawer: _burst(drawer, 0, FIVE_MINUTES - 1, amount="12.5"),
    _two_currencies,
    lambda drawer: _two_countries(drawer, HOUR),
    lambda drawer: _two_countries(drawer, HOUR - 1),
    lambda drawer: _amount(drawer, "10000.00", "10000.01", "-10000.01", "1.00", "0.99", "0.01", "-0.50"),
    lambda drawer: list(_night(drawer)),
)
