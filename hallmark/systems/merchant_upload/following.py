"""The wait for a run's files and verdicts: what the table has of them so far."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hallmark.progress import Callback, Progress
from hallmark.systems.merchant_upload.expectation import Winner
from hallmark.systems.merchant_upload.table import OPEN, TransactionsTable

Item = Mapping[str, Any]
ALERT = "#alert"
FINISHED = frozenset({"done", "refused"})


def is_finished(upload: Item | None) -> bool:
    """Return whether an upload's item says that nothing more follows, not even a removal."""
    if upload is None or upload.get("status") not in FINISHED:
        return False
    return "removedAt" in upload or not upload.get("holdsCardNumber")


class Uploads:
    """The uploads' items, by partition; read again until they are finished."""

    def __init__(self, table: TransactionsTable, names: Sequence[str], progress: Callback) -> None:
        self._table, self._names, self._progress = table, names, progress
        self.items: dict[str, Item] = {}
        self._others: Sequence[Item] = ()

    def poll(self) -> bool:
        """Read the uploads that are not finished; return whether one has changed, or any other of the stage's.

        Behind others ours may wait.
        """
        others, self._others = self._others, self._table.of_card(OPEN)
        open_ones = [(name, 0) for name in self._names if not is_finished(self.items.get(name))]
        found = {name: item for (name, _), item in self._table.items(open_ones).items()}
        changed = _differ(self.items, found) or others != self._others
        self.items |= found
        self._report()
        return changed

    @property
    def complete(self) -> bool:
        """Whether all are finished."""
        return all(is_finished(self.items.get(name)) for name in self._names)

    def _report(self) -> None:
        done = sum(map(is_finished, self.items.values()))
        stored, judged = (sum(int(one.get(name, 0)) for one in self.items.values()) for name in ("stored", "judged"))
        self._progress(Progress("files finished", done, len(self._names), Counter()))
        self._progress(Progress("rows judged of those stored", judged, max(stored, judged), Counter()))


class Verdicts:
    """The rows of ids, and the alerts of those that must be flagged, read again until they are as expected."""

    def __init__(
        self,
        table: TransactionsTable,
        winners: Mapping[str, Winner],
        expected: Mapping[str, frozenset[str]],
        progress: Callback,
    ) -> None:
        self._table, self.expected, self._progress = table, expected, progress
        self._times = {name: winner.content.timestamp for name, winner in winners.items()}
        self._waiting = set(winners)
        self.rows: dict[str, Item] = {}
        self.alerts: dict[str, Item] = {}

    def poll(self) -> bool:
        """Read rows and alerts that are not as expected; return whether one has changed."""
        rows, alerts = self._read(self._waiting)
        changed = _differ(self.rows, rows) or _differ(self.alerts, alerts)
        self.rows |= rows
        self.alerts |= alerts
        self._waiting = {name for name in self._waiting if not self._is_right(name)}
        done = len(self._times) - len(self._waiting)
        self._progress(Progress("verdicts and alerts", done, len(self._times), Counter()))
        return changed

    def read_all(self) -> None:
        """Read every row and alert once more: what should not be may have come after what should."""
        self.rows, self.alerts = self._read(self._times)

    def _read(self, names: Iterable[str]) -> tuple[dict[str, Item], dict[str, Item]]:
        wanted = list(names)
        rows = self._table.items((name, self._times[name]) for name in wanted)
        alerts = self._table.items((alert_of(name), 0) for name in wanted)
        found_rows: dict[str, Item] = {name: item for (name, _), item in rows.items()}
        found_alerts: dict[str, Item] = {name.removesuffix(ALERT): item for (name, _), item in alerts.items()}
        return found_rows, found_alerts

    @property
    def complete(self) -> bool:
        """Whether every row has its verdict, and every flagged one its alert."""
        return not self._waiting

    def _is_right(self, name: str) -> bool:
        row, alert = self.rows.get(name, {}), self.alerts.get(name, {})
        alerted = "publishedAt" in alert if self.expected[name] else True
        return "judgedAt" in row and rules_of(row) == self.expected[name] and alerted


def alert_of(transaction_id: str) -> str:
    """Return the partition of a row's alert."""
    return f"{transaction_id}{ALERT}"


def rules_of(row: Item | None) -> frozenset[str]:
    """Return the rules that a row's verdict has."""
    return frozenset((row or {}).get("anomalies", ()))


def _differ(known: Mapping[str, Item], found: Mapping[str, Item]) -> bool:
    return any(known.get(name) != item for name, item in found.items())
