"""One batch of the stream: rows are judged by card, verdicts counted by upload, flagged rows alerted.

Every step can be repeated: a record is reported, and comes again, until all that follows from it is done.
Who wrote an anomaly's `by` answers for the alert, so that an end between two calls loses none.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional, TypeVar

from botocore.exceptions import ClientError
from shared_python.json_log import JsonLog

from merchant_upload import items
from merchant_upload.anomaly_detection.logic import Row, Shown, judge
from merchant_upload.anomaly_detection.records import Arrival, Item, Seen, Unreadable, arrival
from merchant_upload.anomaly_detection.rules import Rules
from merchant_upload.anomaly_detection.store import CONFLICT, Store, backoff

# A transaction has up to 100 actions; one counts.
MOST_VERDICTS = 99
_ATTEMPTS = 8
# How long a batch waits for the index to show its rows, in seconds; after that they come again.
_WAITS = (0.1, 0.2, 0.4, 0.8, 1.5)
_T = TypeVar("_T")


class NotDone(Exception):
    """Something that AWS refused and that may succeed later; the text is a code."""


@dataclass(frozen=True)
class Surroundings:
    """What a batch depends on beside its records: `time_is_up` tells whether too little of the time limit is left."""

    store: Store
    rules: Rules
    stage: str
    log: JsonLog
    now: Callable[[], datetime]
    pause: Callable[[float], None]
    time_is_up: Callable[[], bool]


@dataclass
class _Flagged:
    """A row to be alerted: the arrivals that answer for it, and the whole row if it is at hand."""

    row: Row
    by: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    item: Optional[Item] = None


class Batch:
    """The records of one invocation."""

    def __init__(self, around: Surroundings) -> None:
        self._around, self._store = around, around.store
        self._arrived: dict[str, Arrival] = {}
        self._reasons: dict[str, str] = {}
        self._waits = iter(_WAITS)
        self._verdicts: dict[str, Shown] = {}
        self._additions: dict[str, tuple[Row, Shown]] = {}
        self._flagged: dict[str, _Flagged] = {}
        self._alerts = 0

    def run(self, records: Iterable[Any]) -> list[str]:
        """Do all that follows from the records; return the sequence numbers of those that must come again."""
        told, unreadable = self._read(records)
        for cluster in self._clusters():
            self._attempt([one.row.id for one in cluster], self._judge, cluster)
        for upload in self._uploads():
            self._record(upload)
        for row, shown in self._additions.values():
            self._attempt(set(shown.values()), self._add, row, shown)
        for upload in self._uploads():
            self._attempt([one.row.id for one in upload], self._finish, upload[0].upload)
        for flagged in self._flagged.values():
            # A verdict that could not be written comes first, when its record comes again.
            if not flagged.by <= set(self._reasons):
                self._attempt(flagged.by, self._alert, flagged)
        self._report(len(told), len(unreadable))
        return [number for number, row_id in told if row_id in self._reasons or number in unreadable]

    def _read(self, records: Iterable[Any]) -> tuple[list[tuple[str, str]], set[str]]:
        """Return each record's sequence number with its row's id, and which records are unreadable."""
        told, unreadable = [], set()
        for record in records:
            number = str(record["dynamodb"]["SequenceNumber"])
            try:
                one = arrival(record, self._around.rules)
            except Unreadable as error:
                self._around.log.error("unreadable record", sequenceNumber=number, error=str(error))
                unreadable.add(number)
                told.append((number, ""))
                continue
            if one is not None:
                told.append((number, one.row.id))
                self._arrived[one.row.id] = one
        return told, unreadable

    def _clusters(self) -> Iterator[list[Arrival]]:
        """Yield the arrivals of each card, those apart whose windows cannot meet: what lies between is not read."""
        reach, cluster = 2 * self._around.rules.longest_window, []
        for one in sorted(self._arrived.values(), key=lambda one: (one.card_key, one.row.time)):
            last = cluster[-1] if cluster else one
            if one.card_key != last.card_key or one.row.time - last.row.time > reach:
                yield cluster
                cluster = []
            cluster.append(one)
        if cluster:
            yield cluster

    def _uploads(self) -> list[list[Arrival]]:
        """Return the arrivals that have a verdict, by upload."""
        grouped: dict[Any, list[Arrival]] = {}
        for row_id in self._verdicts:
            one = self._arrived[row_id]
            grouped.setdefault(one.upload["transaction_id"], []).append(one)
        return list(grouped.values())

    def _judge(self, cluster: list[Arrival]) -> bool:
        """Judge the rows of one card that arrived, and those in whose windows they lie."""
        seen = self._neighbours(cluster)
        rows = {one.row.id: one.row for one in cluster if one.row.id in seen}
        self._reasons.update({one.row.id: "not in the index yet" for one in cluster if one.row.id not in seen})
        around = {row_id: found.row for row_id, found in seen.items()}
        for row_id, shown in judge({**around, **rows}.values(), rows, self._around.rules).items():
            known = seen[row_id].anomalies
            if row_id in rows:
                self._verdicts[row_id] = shown
            missing = {rule: by for rule, by in shown.items() if rule not in known}
            if missing:
                self._additions[row_id] = seen[row_id].row, missing
                if row_id in rows:
                    self._flag(rows[row_id], row_id, {*known, *shown})
        # What an earlier attempt wrote may lack its alert.
        for row_id, found in seen.items():
            for by in found.anomalies.values():
                if by in self._arrived:
                    self._flag(found.row, by, found.anomalies)
        return True

    def _neighbours(self, cluster: list[Arrival]) -> dict[str, Seen]:
        """Return the rows around some of one card, by id.

        Of two rows, the one judged later must see the other. So a reading counts if the index showed the own rows
        when it began: always if one page has all, else if an earlier reading had them.
        """
        reach = self._around.rules.longest_window
        where = cluster[0].card_key, cluster[0].row.time - reach, cluster[-1].row.time + reach
        while True:
            rows, one_page = self._store.neighbours(*where)
            seen = {found.row.id: found for found in rows}
            wait = None if all(one.row.id in seen for one in cluster) else next(self._waits, None)
            if wait is None:
                break
            self._around.pause(wait)
        if not one_page:
            again, _ = self._store.neighbours(*where)
            return {one.row.id: one for one in again if one.row.id in seen or one.row.id not in self._arrived}
        return seen

    def _record(self, upload: list[Arrival]) -> None:
        """Write the first verdicts of one upload's rows; those that have one already only gain anomalies."""
        for start in range(0, len(upload), MOST_VERDICTS):
            part = upload[start : start + MOST_VERDICTS]
            judged = self._attempt([one.row.id for one in part], self._count, part)
            for one in part:
                if judged is None or one.row.id in judged:
                    self._additions.pop(one.row.id, None)

    def _count(self, part: list[Arrival]) -> set[str]:
        """Return which rows got their first verdict now, in one transaction with the upload's count of them."""
        rest = part
        for attempt in range(_ATTEMPTS):
            verdicts = [(one.row, self._verdicts[one.row.id]) for one in rest]
            hindered = self._store.judge(part[0].upload, verdicts, self._around.now()) if rest else []
            if not hindered:
                return {one.row.id for one in rest}
            codes = dict(zip((one.row.id for one in rest), hindered))
            if hindered[-1] == "ConditionalCheckFailed":
                raise NotDone("the upload is missing")
            before = len(rest)
            rest = [one for one in rest if codes[one.row.id] != "ConditionalCheckFailed"]
            if len(rest) == before:
                self._around.pause(backoff(attempt))
        raise NotDone(CONFLICT)

    def _add(self, row: Row, shown: Shown) -> bool:
        """Add anomalies to a row, and see whose they are."""
        item = self._store.add_anomalies(row, shown, self._around.now())
        for what in item["anomalies"].values():
            if what["by"] in self._arrived:
                self._flag(row, what["by"], item["anomalies"], item)
        return True

    def _finish(self, upload: items.Key) -> bool:
        """Finish an upload if all its rows are judged; whoever does writes the metric."""
        finished = self._store.finish(upload, self._around.now())
        if finished:
            self._around.log.info("file finished", **items.file_metric(self._around.stage, finished))
        return True

    def _flag(self, row: Row, by: str, rules: Iterable[str], item: Optional[Item] = None) -> None:
        arrived = self._arrived.get(row.id)
        flagged = self._flagged.setdefault(row.id, _Flagged(row, item=arrived and arrived.item))
        flagged.by.add(by)
        flagged.rules.update(rules)
        flagged.item = flagged.item or item

    def _alert(self, flagged: _Flagged) -> bool:
        """Alert once: whoever finds an alert of another record unpublished leaves it to that record."""
        row, now = flagged.row, self._around.now()
        alert = self._store.put_alert(
            {
                **items.alert_key(row.id),
                "kind": items.ALERT,
                "alertId": items.alert_id(row.id),
                "rowTimestamp": row.time,
                "rules": flagged.rules,
                "rulesVersion": self._around.rules.version,
                "by": min(flagged.by),
                "createdAt": items.iso(now),
            }
        )
        if "publishedAt" not in alert and alert["by"] in self._arrived:
            self._attempt([alert["by"]], self._publish, alert, flagged.item or self._store.row(row))
        return True

    def _publish(self, alert: Item, item: Item) -> bool:
        message = _message(alert, item, self._around.stage)
        attributes = {"alertId": alert["alertId"], "merchant": item["merchant"]}
        subject = f"[{self._around.stage}] transaction flagged"
        message_id = self._store.publish(subject, message, attributes)
        self._alerts += 1
        return self._store.published(item["transaction_id"], message_id, self._around.now())

    def _attempt(self, row_ids: Collection[str], call: Callable[..., _T], *arguments: Any) -> Optional[_T]:
        """Call, or note that the records of these rows must come again, and return None."""
        try:
            if self._around.time_is_up():
                raise NotDone("out of time")
            return call(*arguments)
        except ClientError as error:
            reason = str(error.response["Error"].get("Code"))
        except NotDone as error:
            reason = str(error)
        except Exception as error:  # whatever is wrong with some rows must not keep the others from being judged
            reason = type(error).__name__
        for row_id in row_ids:
            self._reasons.setdefault(row_id, reason)
        return None

    def _report(self, records: int, unreadable: int) -> None:
        reasons = sorted(set(self._reasons.values()))
        write = self._around.log.error if reasons or unreadable else self._around.log.info
        write(
            "batch judged",
            records=records,
            judged=len(self._verdicts),
            flagged=len(self._flagged),
            alerts=self._alerts,
            unreadable=unreadable,
            again=len(self._reasons),
            reasons=reasons,
        )


def _message(alert: Item, item: Item, stage: str) -> dict[str, Any]:
    """Return an alert's body: no card token."""
    return {
        "alertId": alert["alertId"],
        "stage": stage,
        "merchant": item["merchant"],
        "transactionId": items.bare_id(item["transaction_id"]),
        "timestamp": items.iso_of(item["timestamp"]),
        "rules": sorted(alert["rules"]),
        "rulesVersion": int(alert["rulesVersion"]),
        "uploadId": item["uploadId"],
        "line": int(item["line"]),
        "amount": format(item["amount"], "f"),
        "currency": item["currency"],
        "country": item["country"],
        "merchantCategory": item["merchantCategory"],
    }
