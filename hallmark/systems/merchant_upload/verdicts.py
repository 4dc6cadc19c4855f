"""The verdicts that rows must have, by plain predicates over all rows of their cards."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hallmark.systems.merchant_upload import plain_verdicts
from hallmark.systems.merchant_upload.content import Content
from hallmark.systems.merchant_upload.expectation import Winner
from hallmark.systems.merchant_upload.plain_verdicts import PlainTransaction

RULES = tuple(plain_verdicts.RULES)
# No window is longer. The predicates are quadratic in the rows of a card, so they get an hour at a time.
_LONGEST = timedelta(hours=1)


def expected(winners: Mapping[str, Winner], of_cards: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Return each id's rules; `of_cards` are the items of all rows of the cards, the run's own and others."""
    rows = {item["transaction_id"]: Content.of_item(item) for item in of_cards}
    rows |= {name: winner.content for name, winner in winners.items()}
    cards: dict[tuple[str, str], list[PlainTransaction]] = defaultdict(list)
    for name, content in rows.items():
        cards[name.split("#", 1)[0], content.card_token].append(_plain(name, content))
    found = {name: rules for card in cards.values() for name, rules in _of_card(card)}
    return {name: found[name] for name in winners}


def _plain(name: str, content: Content) -> PlainTransaction:
    return PlainTransaction(
        id=name,
        merchant=name.split("#", 1)[0],
        card_token=content.card_token,
        time=plain_verdicts.at(content.timestamp),
        amount=content.amount,
        currency=content.currency,
        country=content.country,
        merchant_category=content.merchant_category,
        time_zone=content.time_zone,
    )


def _of_card(card: Sequence[PlainTransaction]) -> Iterator[tuple[str, frozenset[str]]]:
    ordered = sorted(card, key=lambda row: row.time)
    first = 0
    while first < len(ordered):
        end = ordered[first].time + _LONGEST
        judged = [row for row in ordered[first:] if row.time <= end]
        before = [row for row in ordered[:first] if row.time > ordered[first].time - _LONGEST]
        found = plain_verdicts.verdicts([*before, *judged])
        yield from ((row.id, found[row.id]) for row in judged)
        first += len(judged)
