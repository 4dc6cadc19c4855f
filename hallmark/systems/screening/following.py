"""The wait for a run's transactions: what the table has of each so far."""

from collections import Counter
from collections.abc import Callable, Sequence

from hallmark.parallel import each
from hallmark.progress import Callback, Progress
from hallmark.systems.screening.expectation import Sent
from hallmark.systems.screening.table import FAILED, FINAL, Under
from hallmark.tables import Item


def item_of(one: Sent, under: Under) -> Item | None:
    """Return what the table has of a sent content; one with card data goes by its time and its refusal."""
    if one.content_hash:
        return under.of(one.content_hash)
    refused = (item for item in (under.record, *under.others) if item and item.get("rule") == "card-number")
    time = one.identity.time if one.identity else None
    return next((item for item in refused if item.get("transaction_time", item["timestamp"]) == time), None)


def is_finished(item: Item | None) -> bool:
    """Return whether nothing more follows by itself: decided and told, or failed."""
    return item is not None and item.get("status") in (FINAL, FAILED) and "open" not in item


def _is_of(one: Sent, unchecked: Item | None) -> bool:
    return unchecked is not None and unchecked.get("execution") == one.execution.arn


class Following:
    """What stands under the ids of some transactions, read again until each is finished, or failed unchecked."""

    def __init__(self, read: Callable[[str], Under], sent: Sequence[Sent], progress: Callback) -> None:
        self._read, self._progress = read, progress
        self._sent: dict[str, list[Sent]] = {}
        for one in sent:
            if one.identity:
                self._sent.setdefault(one.identity.id, []).append(one)
        self.under: dict[str, Under] = {}

    def poll(self) -> bool:
        """Read what is not finished; return whether any of it has changed."""
        waiting = [name for name in self._sent if not self._is_done(name)]
        found = dict(zip(waiting, each(self._read, waiting), strict=True))
        changed = any(self.under.get(name) != under for name, under in found.items())
        self.under |= found
        done = sum(map(self._is_done, self._sent))
        self._progress(Progress("transactions decided", done, len(self._sent), Counter()))
        return changed

    def _is_done(self, name: str) -> bool:
        under = self.under.get(name)
        return under is not None and all(
            is_finished(item_of(one, under)) or _is_of(one, under.unchecked) for one in self._sent[name]
        )

    @property
    def complete(self) -> bool:
        """Whether all are done."""
        return all(map(self._is_done, self._sent))
