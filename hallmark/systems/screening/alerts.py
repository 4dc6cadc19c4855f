"""The alerts that a run hears, by the transactions that they are about."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import NAMESPACE_OID, uuid5

from hallmark.ledger.subscription import Heard
from hallmark.progress import Callback, Progress


class Hears(Protocol):
    """What the topic has said."""

    def hear(self) -> Sequence[Heard]:
        """Return all that was said so far, as often as it came."""


def alert_id(transaction_id: str, kind: str) -> str:
    """Return the id of the alert of a kind on a transaction."""
    return str(uuid5(NAMESPACE_OID, f"{transaction_id}|{kind}"))


class Alerts:
    """The alerts on some transactions, heard until each that is due came; `due` are ids with kinds."""

    def __init__(
        self, heard: Hears, ids: Collection[str], due: Collection[tuple[str, str]], progress: Callback
    ) -> None:
        self._heard, self._ids, self._due, self._progress = heard, ids, due, progress
        self.told: Mapping[tuple[str, str], list[Heard]] = {}

    def poll(self) -> bool:
        """Take what the topic has said; return whether any of it is new, and about the run."""
        before = sum(map(len, self.told.values()))
        told: dict[tuple[str, str], list[Heard]] = {}
        for one in self._heard.hear():
            if (name := str(one.message.get("transactionId"))) in self._ids:
                told.setdefault((name, str(one.message.get("kind"))), []).append(one)
        self.told = told
        done = len(told.keys() & set(self._due))
        self._progress(Progress("alerts", done, len(self._due), Counter()))
        return sum(map(len, told.values())) > before

    @property
    def complete(self) -> bool:
        """Whether all that are due came."""
        return self.told.keys() >= set(self._due)
