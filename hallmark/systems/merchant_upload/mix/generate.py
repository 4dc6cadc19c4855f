"""Files of several merchants, the same for the same arguments."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, pairwise
from random import Random

from hallmark.csv_files.layout import Draft, Layout, drawn_layout, letters
from hallmark.csv_files.refused import kinds
from hallmark.systems.merchant_upload.files import MerchantFile
from hallmark.systems.merchant_upload.mix.cards import COMBINATIONS, EDGES, anomalous, everyday
from hallmark.systems.merchant_upload.mix.draft import COLUMNS, OPTIONAL, Drawer
from hallmark.systems.merchant_upload.mix.rejected import RULES, rejected, with_card_number
from hallmark.systems.merchant_upload.reading import MOST_ROWS

# Of a merchant's files every so many are broken, beginning with another one at each merchant.
BROKEN_EVERY = 4
# Of all files every so many, if they are good, hold card numbers, or repeat the merchant's file before.
CARD_NUMBERS_EVERY, REPEATS_EVERY = 7, 10
_SHARES = {"everyday": 40, "anomalous": 16, "edge": 3, "rejected": 4, "again": 2, "conflict": 2, "shared": 3}
_MOVED = 0.05
_FEW = 5
KINDS = kinds(COLUMNS, MOST_ROWS)


@dataclass(frozen=True)
class Wanted:
    """So many files, of so many rows each unless it is broken, from `begin` on."""

    files: int
    rows: int
    seed: int
    begin: datetime

    @property
    def mark(self) -> str:
        """What only ids and tokens of this generation have; other numbers give others."""
        digest = hashlib.sha256(f"{self.files} {self.rows} {self.seed} {self.begin.isoformat()}".encode()).digest()
        return letters(int.from_bytes(digest[:5], "big"))


def generate(wanted: Wanted, merchants: Sequence[str]) -> Iterator[MerchantFile]:
    """Yield the files, assigned to the merchants in turn; about every fourth is broken."""
    content = {
        number: content
        for place in range(len(merchants))
        for number, content in _of_merchant(wanted, place, merchants).items()
    }
    for number in range(wanted.files):
        name = f"generated-{letters(abs(wanted.seed))}-{letters(number)}.csv"
        yield MerchantFile(merchants[number % len(merchants)], name, content[number], number)


def _is_broken(number: int, merchants: int) -> bool:
    turn, place = divmod(number, merchants)
    return (turn + place) % BROKEN_EVERY == BROKEN_EVERY - 1


def _of_merchant(wanted: Wanted, place: int, merchants: Sequence[str]) -> dict[int, bytes]:
    """Return the merchant's files by number: rows are drawn for all, then dealt, so that cards go through several."""
    numbers = range(place, wanted.files, len(merchants))
    good = [number for number in numbers if not _is_broken(number, len(merchants))]
    drawn = Random(f"{wanted.seed}/{wanted.mark}/{merchants[place]}")
    drawer = Drawer(drawn, f"{wanted.mark}-{letters(place)}", wanted.begin)
    dealt = _dealt(
        drawn, _rows(drawer, wanted, len(good) * wanted.rows, place / len(merchants)), wanted.rows, len(good)
    )
    found = {number: _good(drawer, number, rows) for number, rows in zip(good, dealt, strict=True)}
    for before, number in pairwise(good):
        if number % REPEATS_EVERY == 0:
            found[number] = found[before]
    broken = list(KINDS.values())
    for number in numbers:
        if number not in found:
            _, make = broken[_broken_before(number, len(merchants)) % len(broken)]
            found[number] = make([row for _ in range(_FEW) for row in everyday(drawer)])
    return found


def _broken_before(number: int, merchants: int) -> int:
    return sum(_is_broken(earlier, merchants) for earlier in range(number))


def _rows(drawer: Drawer, wanted: Wanted, count: int, share: float) -> list[Draft]:
    """Return so many rows; each merchant begins at another share of the combinations, so that all occur soon."""
    rows: list[Draft] = []
    combinations = Random(wanted.seed).sample(COMBINATIONS, len(COMBINATIONS))
    first = round(share * len(combinations))
    combinations = combinations[first:] + combinations[:first]
    turns = {"anomalous": cycle(combinations), "edge": cycle(EDGES), "rejected": cycle(RULES)}
    names, weights = list(_SHARES), list(_SHARES.values())
    shared = 0
    while len(rows) < count:
        kind = drawer.drawn.choices(names, weights)[0]
        if kind == "anomalous":
            rows += anomalous(drawer, next(turns[kind]))
        elif kind == "edge":
            rows += next(turns[kind])(drawer)
        elif kind == "everyday" or not rows:
            rows += everyday(drawer)
        elif kind == "rejected":
            rows.append(rejected(everyday(drawer)[0], next(turns[kind]), drawer))
        elif kind == "shared":
            # The same ids at every merchant, with other content.
            shared += 1
            rows.append(everyday(drawer)[0].having(transaction_id=f"order-{wanted.mark}-{letters(shared)}"))
        else:
            earlier = drawer.drawn.choice(rows)
            rows.append(earlier if kind == "again" else earlier.having(merchant_category="repaired"))
    return rows[:count]


def _dealt(drawn: Random, rows: list[Draft], each: int, files: int) -> list[list[Draft]]:
    """Return the rows by file: neighbours mostly together, some elsewhere, in no order within a file."""
    for _ in range(round(len(rows) * _MOVED) if files > 1 else 0):
        one, other = drawn.randrange(len(rows)), drawn.randrange(len(rows))
        rows[one], rows[other] = rows[other], rows[one]
    dealt = [rows[begin : begin + each] for begin in range(0, each * files, each)]
    for one in dealt:
        drawn.shuffle(one)
    return dealt


def _good(drawer: Drawer, number: int, rows: list[Draft]) -> bytes:
    if number % CARD_NUMBERS_EVERY == CARD_NUMBERS_EVERY - 1:
        for at in drawer.drawn.sample(range(len(rows)), min(len(rows), _FEW)):
            rows[at] = with_card_number(rows[at], drawer)
    layout = drawn_layout(drawer.drawn, COLUMNS, tuple(OPTIONAL)) if number else Layout(COLUMNS)
    return layout.bytes(rows)
