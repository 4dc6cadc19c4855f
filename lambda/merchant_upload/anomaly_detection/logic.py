"""Which rules the rows of one card of one merchant break. Pure: no clock, no AWS.

Windows are (t - w, t] on the rows' own times: a row sees those before it and those of the same moment, and itself.
Every rule only ever gains by more rows, so a verdict over some of the rows is never taken back.
"""

from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Optional

from shared_python.time_zones import zone

from merchant_upload import items
from merchant_upload.anomaly_detection.rules import Rules

# Rule ids, each with the stored `transaction_id` of the row whose arrival showed it.
Shown = dict[str, str]


@dataclass(frozen=True)
class Row:
    """What of a row decides; `id` is the stored `transaction_id`, `time` in Unix milliseconds.

    Category and zone count for a row that arrives, not for its neighbours.
    """

    id: str
    time: int
    amount: Decimal
    currency: str
    country: str
    category: str = ""
    zone: Optional[str] = None


def judge(rows: Iterable[Row], arrived: Collection[str], rules: Rules) -> dict[str, Shown]:
    """Return the rules that rows break: of those that arrived all, of others what an arrival within a window showed.

    Each id is once among the rows. Linear in the rows, but for sorting. KeyError for a currency without a rate
    and for an unknown zone.
    """
    ordered = sorted(rows, key=attrgetter("time", "id"))
    found: dict[str, Shown] = {row.id: {} for row in ordered if row.id in arrived}
    for row in ordered:
        if row.id in arrived:
            found[row.id].update(dict.fromkeys(alone(row, rules), row.id))
    for rule, window, groups, breaks in _windows(ordered, rules):
        for group in groups:
            for row, by in _broken(group, window, breaks, arrived):
                found.setdefault(row.id, {})[rule] = row.id if row.id in arrived else by
    return found


def alone(row: Row, rules: Rules) -> Iterator[str]:
    """Yield the rules that a row breaks whatever other rows there are."""
    usd = row.amount * rules.usd_for[row.currency]
    if abs(usd) > rules.high_above:
        yield items.HIGH_AMOUNT
    if rules.testing_above < usd < rules.testing_below:
        yield items.CARD_TESTING
    if row.category in rules.risky_categories:
        yield items.RISKY_CATEGORY
    if row.zone is not None:
        local = datetime.fromtimestamp(row.time // 1000, zone(row.zone))
        if rules.night_from <= local.hour < rules.night_before:
            yield items.NIGHT_HOURS


_Breaks = Callable[[int, int], bool]


def _windows(
    ordered: list[Row], rules: Rules
) -> Iterator[tuple[str, int, Iterable[list[tuple[Row, Hashable]]], _Breaks]]:
    """Yield each rule over windows: its length, rows in groups with what is counted, and when so many break it."""
    everything = [(row, None) for row in ordered]
    yield items.VELOCITY, rules.velocity_window, [everything], lambda rows, _: rows >= rules.velocity_rows
    countries = [(row, row.country) for row in ordered]
    yield (
        items.GEOGRAPHY,
        rules.geography_window,
        [countries],
        lambda _, different: different >= rules.geography_countries,
    )
    alike: dict[Hashable, list[tuple[Row, Hashable]]] = {}
    for row in ordered:
        alike.setdefault((row.amount, row.currency), []).append((row, None))
    yield items.DUPLICATE, rules.duplicate_window, alike.values(), lambda rows, _: rows >= rules.duplicate_rows


def _broken(
    group: list[tuple[Row, Hashable]], window: int, breaks: _Breaks, arrived: Collection[str]
) -> Iterator[tuple[Row, str]]:
    """Yield rows whose window breaks a rule, if one that arrived lies in it: with the last such."""
    inside: deque[tuple[Row, Hashable]] = deque()
    counted: Counter[Hashable] = Counter()
    last: Optional[Row] = None
    for time, together in groupby(group, key=lambda pair: pair[0].time):
        moment = list(together)
        for row, what in moment:
            inside.append((row, what))
            counted[what] += 1
            if row.id in arrived:
                last = row
        while inside[0][0].time <= time - window:
            what = inside.popleft()[1]
            counted[what] -= 1
            if not counted[what]:
                del counted[what]
        if last is not None and last.time > time - window and breaks(len(inside), len(counted)):
            for row, _ in moment:
                yield row, last.id
