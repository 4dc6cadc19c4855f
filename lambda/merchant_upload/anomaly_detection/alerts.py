"""One alert for each flagged row, however often its records come.

A row that has an anomaly when its verdict is written is alerted by its own record; one that gains an anomaly later, by
the record that added it, `by`. Who answers for an alert comes again until it is published, so that an end between two
calls loses none. Who finds an alert of another record unpublished leaves it to that record.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional

from merchant_upload import items
from merchant_upload.anomaly_detection.again import Again
from merchant_upload.anomaly_detection.logic import Row
from merchant_upload.anomaly_detection.records import Arrival, Item
from merchant_upload.anomaly_detection.store import Store


@dataclass
class _Flagged:
    """A row to be alerted: the arrivals that answer for it, and the whole row if it is at hand."""

    row: Row
    by: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    item: Optional[Item] = None


class Alerts:
    """The alerts of one batch, whose arrivals are `arrived`; `sent` counts publications."""

    def __init__(
        self,
        store: Store,
        again: Again,
        arrived: Mapping[str, Arrival],
        stage: str,
        rules_version: int,
        now: Callable[[], datetime],
    ) -> None:
        self._store, self._again, self._arrived = store, again, arrived
        self._stage, self._version, self._now = stage, rules_version, now
        self._flagged: dict[str, _Flagged] = {}
        self.sent = 0

    def __len__(self) -> int:
        return len(self._flagged)

    def flag(self, row: Row, rules: Iterable[str], answering: Iterable[str], item: Optional[Item] = None) -> None:
        """Note a judged row of some rules if an arrival of this batch is among those that answer for its alert."""
        mine = {by for by in answering if by in self._arrived}
        if not mine:
            return
        flagged = self._flagged.setdefault(row.id, _Flagged(row))
        flagged.by |= mine
        flagged.rules.update(rules)
        flagged.item = flagged.item or item

    def send(self) -> None:
        """Send the alerts of the rows noted."""
        for flagged in self._flagged.values():
            # A verdict that could not be written comes first, when its record comes again.
            if not flagged.by <= set(self._again.reasons):
                self._again.attempt(flagged.by, self._alert, flagged)

    def _alert(self, flagged: _Flagged) -> None:
        row = flagged.row
        alert = self._store.put_alert(
            {
                **items.alert_key(row.id),
                "kind": items.ALERT,
                "alertId": items.alert_id(row.id),
                "rowTimestamp": row.time,
                "rules": flagged.rules,
                "rulesVersion": self._version,
                "by": min(flagged.by),
                "createdAt": items.iso(self._now()),
            }
        )
        if "publishedAt" not in alert and alert["by"] in self._arrived:
            # The record that made the alert is the one whose return publishes it.
            self._again.attempt([alert["by"]], self._publish, alert, flagged.item or self._store.rows([row])[row.id])

    def _publish(self, alert: Item, item: Item) -> None:
        attributes = {"alertId": alert["alertId"], "merchant": item["merchant"]}
        subject = f"[{self._stage}] transaction flagged"
        message_id = self._store.publish(subject, self._message(alert, item), attributes)
        self.sent += 1
        self._store.published(item["transaction_id"], message_id, self._now())

    def _message(self, alert: Item, item: Item) -> dict[str, Any]:
        """Return an alert's body: no card token."""
        return {
            "alertId": alert["alertId"],
            "stage": self._stage,
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
