"""Reads of the table: items by their keys, a card's rows, all that stands under one id."""

from collections.abc import Iterable

from hallmark.parallel import each
from hallmark.stage import Stage
from hallmark.tables import Item, Key, Table
from infra.merchant_upload.outputs import Output

# What the index has of every upload that is not finished, in place of a card.
OPEN = "open"


class TransactionsTable:
    """The table of one stage; reads are consistent but for those of the index."""

    def __init__(self, stage: Stage) -> None:
        self._table = Table(stage, stage.outputs[Output.TRANSACTIONS_TABLE], ("transaction_id", "timestamp"))
        self._index = stage.outputs[Output.CARD_INDEX]

    def items(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Return the items that exist, by their keys."""
        return self._table.items(keys)

    def under(self, transaction_id: str) -> list[Item]:
        """Return all items of a partition: a claim and its row, or an upload."""
        return list(self._table.query("transaction_id = :id", {":id": transaction_id}))

    def of_card(self, card_key: str) -> list[Item]:
        """Return what the index has of a card, or of the uploads that are open."""
        return list(self._table.query("cardKey = :card", {":card": card_key}, self._index))

    def of_cards(self, card_keys: Iterable[str]) -> list[Item]:
        """Return what the index has of several cards."""
        return [item for found in each(self.of_card, card_keys) for item in found]

    def stored_between(self, earliest: str, latest: str) -> list[Item]:
        """Return the rows stored within a time; reads the whole table, for no index has this order."""
        values = {":kind": "transaction", ":earliest": earliest, ":latest": latest}
        return list(self._table.scan("kind = :kind AND storedAt BETWEEN :earliest AND :latest", values))
