"""Transactions of many customers, the same for the same arguments: ordinary ones, and stories in between."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hallmark import clock
from hallmark.csv_files.layout import letters
from hallmark.systems.screening.mix.refused import KINDS
from hallmark.systems.screening.mix.stories import Step, Story, stories
from hallmark.systems.screening.plain.tables import Tables, tables
from hallmark.systems.screening.transaction import Transaction

Json = dict[str, Any]
# Steps of a story stand so far apart that several customers' are under way at once.
_APART = 6
_PAIRS = (
    ("US", "US"),
    ("CA", "CA"),
    ("JP", "JP"),
    ("GB", "GB"),
    ("US", "CA"),
    ("FR", "FR"),
    ("DE", "FR"),
    ("BR", "BR"),
)
_CURRENCIES = ("USD", "USD", "USD", "EUR", "GBP", "CAD", "BRL", "CHF")
# A story, the place of a refusal among its rule's, or how something is sent again.
Turn = Story | int | str
CONFLICT, REPEAT, ORDINARY = "conflict", "repeat", "ordinary"


@dataclass
class _Drawer:
    """Draws transactions whose ids only this generation has; letters alone never are a card number."""

    drawn: Random
    mark: str
    tables: Tables
    made: int = 0
    good: list[Json] = field(default_factory=list)

    def name(self) -> str:
        """Return the next name."""
        self.made += 1
        return f"{self.mark}-{letters(self.made)}"

    def ordinary(self, customer: str, moment: datetime) -> Json:
        """Return a transaction as most are."""
        merchant, home = self.drawn.choice(_PAIRS)
        found = self.plain(customer, moment)
        found |= {"amount": round(self.drawn.uniform(2, 950), 2), "currency": self.drawn.choice(_CURRENCIES)}
        found |= {"merchant_country": merchant, "customer_country": home}
        if home in self.tables.compliance["gdpr"]["countries"]:
            found["lawful_basis"] = "contract"
        if self.drawn.random() < 0.5:
            found["channel"] = self.drawn.choice(("card", "cash", "transfer"))
        return found

    def plain(self, customer: str, moment: datetime, verified: float | None = None) -> Json:
        """Return a transaction that sets nothing off; identity was proved so many seconds earlier, or some days."""
        age = timedelta(days=self.drawn.randint(1, 364)) if verified is None else timedelta(seconds=verified)
        return {
            "transaction_id": f"txn-{self.name()}",
            "timestamp": _text(moment),
            "amount": 12.5,
            "currency": "USD",
            "merchant_id": f"merchant-{letters(self.drawn.randrange(500))}",
            "customer_id": customer,
            "merchant_country": "US",
            "customer_country": "US",
            "kyc": {"status": "verified", "verified_at": _text(moment - age)},
        }

    def step(self, step: Step, name: str, moment: datetime) -> Json:
        """Return a transaction of a story at its time."""
        when = moment - timedelta(seconds=step.before)
        if step.of_day is not None:
            midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
            when = midnight + timedelta(seconds=step.of_day)
        found = self.plain(f"{step.prefix}{name}" if step.prefix else f"customer-{name}", when, step.verified)
        if step.merchant:
            found["merchant_id"] = f"{step.merchant}{letters(self.made)}"
        return {key: value for key, value in (found | dict(step.values)).items() if value is not None}


def generate(total: int, seed: int, begin: datetime | None = None) -> list[Transaction]:
    """Return so many transactions, those of one customer in time order; the first lies at an aware time.

    By default the last lies just before now. Runs with another seed or begin share neither ids nor customers.
    """
    now = clock.now()
    start = begin if begin else now - timedelta(seconds=total)
    run = Random(f"{seed}/{total}/{begin.isoformat() if begin else ''}")
    mark = letters(run.getrandbits(40))
    drawer = _Drawer(run, mark, tables())
    placed = list(_placed(drawer, total, start.replace(microsecond=0)))
    placed.sort(key=lambda one: one[0])
    return [
        Transaction(number, text, json.loads(text), kind) for number, (_, text, kind) in enumerate(placed[:total], 1)
    ]


def _placed(drawer: _Drawer, total: int, start: datetime) -> Iterator[tuple[int, str, str]]:
    """Yield at least so many texts, each with its place and its kind: an ordinary one, then two kinds' turns."""
    turns = _turns(drawer)
    count = place = 0
    while count < total:
        moment = start + timedelta(seconds=place)
        if place % 3 == 0:
            found = drawer.ordinary(f"customer-{drawer.name()}", moment)
            drawer.good.append(found)
            steps = [(json.dumps(found), ORDINARY)]
        else:
            name, turn = turns[(place - place // 3 - 1) % len(turns)]
            steps = list(_texts(drawer, name, turn, moment))
        for number, (text, kind) in enumerate(steps):
            count += 1
            yield place + number * _APART, text, kind
        place += 1


def _turns(drawer: _Drawer) -> list[tuple[str, Turn]]:
    """Return the kinds in a drawn order: stories, and between them refusals, conflicts and repeats."""
    told: list[tuple[str, Turn]] = list(stories(drawer.tables).items())
    wrong: list[tuple[str, Turn]] = [(rule, place) for rule, makes in KINDS.items() for place in range(len(makes))]
    again: list[tuple[str, Turn]] = [(CONFLICT, name) for name in _CONFLICTS] + [(REPEAT, name) for name in _REPEATS]
    for part in (told, wrong, again):
        drawer.drawn.shuffle(part)
    most = max(len(told), len(wrong))
    pairs = zip(_stretched(told, most), _stretched(wrong, most), strict=True)
    found: list[tuple[str, Turn]] = []
    for place, pair in enumerate(pairs):
        found += pair
        if place % 2:
            found.append(again[place // 2 % len(again)])
    return found


def _stretched(part: Sequence[tuple[str, Turn]], length: int) -> list[tuple[str, Turn]]:
    """Return a list that is at least so long, by beginning again."""
    return [part[place % len(part)] for place in range(max(length, len(part)))]


def _texts(drawer: _Drawer, name: str, turn: Turn, moment: datetime) -> Iterator[tuple[str, str]]:
    if name in (CONFLICT, REPEAT):
        yield from _again(drawer, name, str(turn), moment)
    elif isinstance(turn, int):
        given = drawer.plain(f"customer-{drawer.name()}", moment)
        yield json.dumps(KINDS[name][turn](given), ensure_ascii=False), name
    elif not isinstance(turn, str):
        owner = drawer.name()
        yield from ((json.dumps(drawer.step(step, owner, moment)), name) for step in turn)


_CONFLICTS = ("amount", "time", "merchant", "refused first", "refused second", "three contents")
_REPEATS = ("same", "spelling", "zone", "order", "much later", "refused")


def _again(drawer: _Drawer, name: str, how: str, moment: datetime) -> Iterator[tuple[str, str]]:
    """Yield a transaction, and under its id another content, or the same in another spelling."""
    first = drawer.ordinary(f"customer-{drawer.name()}", moment)
    first["amount"] = 20.5
    others = {
        "amount": [first | {"amount": 21.5}],
        "time": [first | {"timestamp": _text(moment - timedelta(seconds=1))}],
        "merchant": [first | {"merchant_id": "another"}],
        "refused second": [first | {"currency": "ZZZ"}],
        "three contents": [first | {"amount": 21.5}, first | {"amount": 22.5}, first | {"amount": 21.5}],
    }
    if how in ("refused first", "refused"):
        wrong = first | {"currency": "ZZZ"}
        found = [wrong, first, wrong] if how == "refused first" else [wrong, wrong]
        yield from ((json.dumps(one), name) for one in found)
        return
    yield json.dumps(first), name
    if name == CONFLICT:
        yield from ((json.dumps(one), name) for one in others[how])
    elif how == "much later" and drawer.good:
        yield json.dumps(drawer.drawn.choice(drawer.good)), name
    elif how == "zone":
        other = moment + timedelta(hours=5, minutes=30)
        yield json.dumps(first | {"timestamp": f"{other:%Y-%m-%dT%H:%M:%S}+05:30"}), name
    elif how == "order":
        yield json.dumps(first, sort_keys=True, indent=1).replace("\n", " "), name
    else:
        yield json.dumps(first).replace(": 20.5,", ": 20.50," if how == "spelling" else ": 20.5,"), name


def _text(moment: datetime) -> str:
    return clock.to_text(moment.astimezone(UTC))
