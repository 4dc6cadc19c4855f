"""The wait for a run's uploads: what the status table has of them so far, and what the topic has said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from hallmark.progress import Callback, Progress
from hallmark.systems.bank_upload.notifications import Said
from hallmark.systems.bank_upload.table import StatusTable

Item = Mapping[str, Any]
DONE, REFUSED, FAILED = "done", "refused", "failed"
FINISHED = frozenset({DONE, REFUSED, FAILED})


def is_finished(upload: Item | None) -> bool:
    """Return whether an upload's item says that nothing more follows by itself."""
    return upload is not None and upload.get("status") in FINISHED


class Uploads:
    """The uploads' items, by upload; read again until they are finished."""

    def __init__(self, table: StatusTable, ids: Sequence[str], progress: Callback) -> None:
        self._table, self._ids, self._progress = table, ids, progress
        self.items: dict[str, Item] = {}
        self._others: Sequence[Item] = ()

    def poll(self) -> bool:
        """Read the uploads that are not finished; return whether one has changed, or any other of the stage's.

        Behind others ours may wait.
        """
        others, self._others = self._others, self._table.open()
        waiting = [one for one in self._ids if not is_finished(self.items.get(one))]
        found = self._table.uploads(waiting)
        changed = others != self._others or any(self.items.get(one) != item for one, item in found.items())
        self.items |= found
        done = sum(map(is_finished, self.items.values()))
        self._progress(Progress("files finished", done, len(self._ids), Counter()))
        return changed

    @property
    def complete(self) -> bool:
        """Whether all are finished."""
        return all(is_finished(self.items.get(one)) for one in self._ids)


class Heard(Protocol):
    """What the topic has said."""

    def hear(self) -> dict[str, list[tuple[Said, Said]]]:
        """Return all messages so far with their attributes, by upload."""


class Announced:
    """The announcements of uploads, heard until each has one."""

    def __init__(self, heard: Heard, ids: frozenset[str], progress: Callback) -> None:
        self._heard, self._ids, self._progress = heard, ids, progress
        self.messages: dict[str, list[tuple[Said, Said]]] = {}

    def poll(self) -> bool:
        """Take what the topic has said; return whether it said anything of the run."""
        before = sum(map(len, self.messages.values()))
        self.messages = {one: said for one, said in self._heard.hear().items() if one in self._ids}
        self._progress(Progress("announcements", len(self.messages), len(self._ids), Counter()))
        return sum(map(len, self.messages.values())) > before

    @property
    def complete(self) -> bool:
        """Whether each upload was announced."""
        return self.messages.keys() >= self._ids
