"""Files of several banks, the same for the same arguments."""

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hallmark.csv_files.layout import Draft, Layout, drawn_layout, letters
from hallmark.systems.bank_upload.files import BankFile
from hallmark.systems.bank_upload.forms import REFUSED, TAKEN
from hallmark.systems.bank_upload.mix.rows import COLUMNS, Drawer
from hallmark.systems.bank_upload.mix.wrong import KINDS
from hallmark.systems.bank_upload.reading import OPTIONAL

# What each of ten files of a bank is, beginning with another one at each bank.
GOOD, WRONG, BROKEN, AGAIN, BESIDE = "good", "wrong", "broken form", "again", "beside"
TURNS = (GOOD, GOOD, WRONG, BESIDE, GOOD, BROKEN, GOOD, AGAIN, GOOD, WRONG)
# Reports are of this day and the days before.
DAYS = 3
_FEW = 5


@dataclass(frozen=True)
class Wanted:
    """So many files, of so many rows each unless they are refused; the last report is of the day of `begin`."""

    files: int
    rows: int
    seed: int
    begin: datetime

    @property
    def mark(self) -> str:
        """What only ids and tokens of this generation have; other numbers give others."""
        digest = hashlib.sha256(f"{self.files} {self.rows} {self.seed} {self.begin.isoformat()}".encode()).digest()
        return letters(int.from_bytes(digest[:5], "big"))


@dataclass
class _Bank:
    """A bank's generator: its rows, and what it has sent so far."""

    drawer: Drawer
    layouts: Random

    def __post_init__(self) -> None:
        # Not all: two million rows of an hour are too many to keep.
        self.good: deque[tuple[str, list[Draft]]] = deque(maxlen=_FEW)
        self.files: list[BankFile] = []


def generate(wanted: Wanted, banks: Sequence[str], turns_of: Sequence[str] = TURNS) -> Iterator[BankFile]:
    """Yield the files, assigned to the banks in turn, each of the kind that is its bank's turn; the first is good."""
    known = {bank: _bank(wanted, place, bank) for place, bank in enumerate(banks)}
    turns = {WRONG: 0, BROKEN: 0}
    for number in range(wanted.files):
        turn, place = divmod(number, len(banks))
        bank = known[banks[place]]
        kind = turns_of[(turn + place) % len(turns_of)] if bank.files else GOOD
        name = f"generated-{letters(abs(wanted.seed))}-{letters(number)}.csv"
        day = f"{wanted.begin - timedelta(days=turn % DAYS):%Y-%m-%d}"
        before = turns.get(kind, 0)
        turns[kind] = before + 1
        yield _file(bank, kind, before, name, day, number, wanted.rows)


def drawer_of(wanted: Wanted, place: int, bank: str) -> Drawer:
    """Return what draws the rows of the bank at a place."""
    return Drawer(Random(f"{wanted.seed}/{wanted.mark}/{bank}"), f"{wanted.mark}-{letters(place)}", bank)


def _bank(wanted: Wanted, place: int, bank: str) -> _Bank:
    return _Bank(drawer_of(wanted, place, bank), Random(f"{wanted.seed}/layouts/{bank}"))


def _file(bank: _Bank, kind: str, before: int, name: str, day: str, number: int, rows: int) -> BankFile:
    """Return the next file of a bank; `before` is how many of this kind all banks had."""
    owner, drawer = bank.drawer.bank, bank.drawer
    if kind == WRONG:
        _, make = list(KINDS.values())[before % len(KINDS)]
        plain = [row.having(description="monthly") for row in drawer.rows(day, _FEW)]
        return BankFile(owner, name, make(plain), number, day)
    if kind == BROKEN:
        content = Layout(COLUMNS).bytes(drawer.rows(day, _FEW))
        return BankFile(owner, name, content, number, day, REFUSED[before % len(REFUSED)])
    if kind == AGAIN:
        earlier = bank.files[-1]
        return BankFile(owner, name, earlier.content, number, earlier.report_date, bank.drawer.drawn.choice(TAKEN))
    if kind == BESIDE:
        day, drafts = _beside(bank, rows)
    else:
        drafts = drawer.rows(day, rows)
    layout = drawn_layout(bank.layouts, COLUMNS, OPTIONAL) if bank.files else Layout(COLUMNS)
    bank.good.append((day, drafts))
    made = BankFile(owner, name, layout.bytes(drafts), number, day, TAKEN[len(bank.files) % len(TAKEN)])
    bank.files.append(made)
    return made


def _beside(bank: _Bank, rows: int) -> tuple[str, list[Draft]]:
    """Return a file beside an earlier one of its day: some rows are the same, some conflict, and the rest is new."""
    day, earlier = bank.drawer.drawn.choice(bank.good)
    share = max(1, rows // 3)
    same = earlier[:share]
    others = [row.having(description="corrected") for row in earlier[share : 2 * share]]
    new = bank.drawer.rows(day, max(0, rows - len(same) - len(others)))
    drafts = [*new, *same, *others]
    bank.drawer.drawn.shuffle(drafts)
    return day, drafts
