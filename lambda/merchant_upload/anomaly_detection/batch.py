"""One batch of the stream: rows are judged by card, verdicts counted by upload, flagged rows alerted.

Every step can be repeated: a record is reported, and comes again, until all that follows from it is done.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

from shared_python.json_log import JsonLog

from merchant_upload import items
from merchant_upload.anomaly_detection.again import Again, NotDone
from merchant_upload.anomaly_detection.alerts import Alerts
from merchant_upload.anomaly_detection.logic import Row, Shown, judge
from merchant_upload.anomaly_detection.records import Arrival, Item, Seen, Unreadable, arrival, sequence_number
from merchant_upload.anomaly_detection.rules import Rules
from merchant_upload.anomaly_detection.store import CONFLICT, Store, Verdict, backoff

# A transaction has up to 100 actions; one counts.
MOST_VERDICTS = 99
# BatchGetItem takes so many keys.
_READ_AT_ONCE = 100
_ATTEMPTS = 8
# How long a batch waits for the index to show its rows, in seconds; after that they come again.
_WAITS = (0.1, 0.2, 0.4, 0.8, 1.5)


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


class Batch:
    """The records of one invocation."""

    def __init__(self, around: Surroundings) -> None:
        self._around, self._store = around, around.store
        self._arrived: dict[str, Arrival] = {}
        self._again = Again(around.time_is_up)
        self._alerts = Alerts(around.store, self._again, self._arrived, around.stage, around.rules.version, around.now)
        self._waits = iter(_WAITS)
        self._verdicts: dict[str, Verdict] = {}
        self._additions: dict[str, tuple[Row, Shown]] = {}

    def run(self, records: Iterable[Any]) -> list[str]:
        """Do all that follows from the records; return the sequence numbers of those that must come again."""
        told, unreadable = self._read(records)
        attempt = self._again.attempt
        for cluster in self._clusters():
            attempt([one.row.id for one in cluster], self._judge, cluster)
        for upload in self._uploads():
            self._record(upload)
        self._add_all()
        for upload in self._uploads():
            attempt([one.row.id for one in upload], self._finish, upload[0].upload)
        self._alerts.send()
        self._report(len(told), len(unreadable))
        return [number for number, row_id in told if row_id in self._again.reasons or number in unreadable]

    def _read(self, records: Iterable[Any]) -> tuple[list[tuple[str, str]], set[str]]:
        """Return each record's sequence number with its row's id, and which records are unreadable."""
        told, unreadable = [], set()
        for record in records:
            number = sequence_number(record)
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

    def _judge(self, cluster: list[Arrival]) -> None:
        """Judge the rows of one card that arrived, and those in whose windows they lie."""
        seen = self._neighbours(cluster)
        rows = {one.row.id: one.row for one in cluster if one.row.id in seen}
        self._again.note([one.row.id for one in cluster if one.row.id not in seen], "not in the index yet")
        around = {row_id: found.row for row_id, found in seen.items()}
        shown = judge({**around, **rows}.values(), rows, self._around.rules)
        for row_id, found in seen.items():
            if row_id in rows:
                self._verdicts[row_id] = Verdict(rows[row_id], shown[row_id], found.anomalies)
            else:
                self._add_later(found.row, {**shown.get(row_id, {}), **found.anomalies})

    def _add_later(self, row: Row, anomalies: Shown) -> None:
        """Note what arrivals show, also what an earlier attempt has added already: its alert may be missing."""
        mine = {rule: by for rule, by in anomalies.items() if by in self._arrived}
        if mine:
            self._additions[row.id] = row, mine

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
            judged_before = self._again.attempt([one.row.id for one in part], self._count, part)
            if judged_before is None:
                # A row whose verdict failed may have an alert that another of its card made, and must publish.
                cards = {one.card_key for one in part}
                around = [one.row.id for one in self._arrived.values() if one.card_key in cards]
                self._again.note(around, "a row of the card has no verdict")
                continue
            for one in part:
                row, shown, known = self._verdicts[one.row.id]
                if row.id in judged_before:
                    self._add_later(row, {**shown, **known})
                if {**shown, **known}:
                    self._alerts.flag(row, {**shown, **known}, [row.id, *known.values()], one.item)

    def _count(self, part: list[Arrival]) -> set[str]:
        """Write verdicts in one transaction with the upload's count of them; return which rows had theirs before.

        A row may have gained anomalies that the index did not show: its verdict is written knowing them, so that who
        adds one to a row without a verdict can leave the alert to the row's own record.
        """
        rest, judged_before = {one.row.id for one in part}, set()
        attempt = 0
        while rest:
            verdicts = [self._verdicts[one.row.id] for one in part if one.row.id in rest]
            *hindered, upload = self._store.judge(part[0].upload, verdicts, self._around.now()) or [None]
            if upload is None:
                break
            if upload.code == "ConditionalCheckFailed":
                raise NotDone("the upload is missing")
            stands = [found.row for found in hindered if found.row]
            for found in stands:
                self._verdicts[found.row.id] = self._verdicts[found.row.id]._replace(known=found.anomalies)
            had = {found.row.id for found in stands if found.judged}
            rest, judged_before = rest - had, judged_before | had
            if stands:
                continue
            if attempt == _ATTEMPTS:
                raise NotDone(CONFLICT)
            self._around.pause(backoff(attempt))
            attempt += 1
        return judged_before

    def _add_all(self) -> None:
        """Add what is missing, in any order: batches of a busy card miss the same, and so share the work."""
        additions = list(self._additions.values())
        random.shuffle(additions)
        for start in range(0, len(additions), _READ_AT_ONCE):
            part = additions[start : start + _READ_AT_ONCE]
            answering = {by for _, shown in part for by in shown.values()}
            stands = self._again.attempt(answering, self._store.rows, [row for row, _ in part])
            for row, shown in part if stands is not None else ():
                self._again.attempt(set(shown.values()), self._add, row, shown, stands.get(row.id))

    def _add(self, row: Row, shown: Shown, item: Optional[Item]) -> None:
        """Add anomalies to a row, and see whose they are; a row without a verdict is alerted by its own record."""
        if item is None or not shown.keys() <= item["anomalies"].keys():
            item = self._store.add_anomalies(row, shown, self._around.now())
        if "judgedAt" in item:
            self._alerts.flag(row, item["anomalies"], [what["by"] for what in item["anomalies"].values()], item)

    def _finish(self, upload: items.Key) -> None:
        """Finish an upload if all its rows are judged; whoever does writes the metric."""
        finished = self._store.finish(upload, self._around.now())
        if finished:
            self._around.log.info("file finished", **items.file_metric(self._around.stage, finished))

    def _report(self, records: int, unreadable: int) -> None:
        reasons = sorted(set(self._again.reasons.values()))
        write = self._around.log.error if reasons or unreadable else self._around.log.info
        write(
            "batch judged",
            records=records,
            judged=len(self._verdicts),
            flagged=len(self._alerts),
            alerts=self._alerts.sent,
            unreadable=unreadable,
            again=len(self._again.reasons),
            reasons=reasons,
        )
