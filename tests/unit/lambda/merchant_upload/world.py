"""A table, a topic and a stream in memory: an index that lags, lanes that overlap, calls that end or are refused."""

import copy
import io
from collections import Counter, defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zlib import crc32

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from merchant_upload import items
from merchant_upload.anomaly_detection import rules as rules_file
from merchant_upload.anomaly_detection.batch import Batch, Surroundings
from merchant_upload.anomaly_detection.logic import Row
from merchant_upload.anomaly_detection.records import Seen
from merchant_upload.anomaly_detection.store import Hindrance
from shared_python.json_log import JsonLog

RULES = rules_file.load()
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NOTHING = Hindrance("None", None)
_TYPED = TypeSerializer()


class Ended(BaseException):
    """The function's process ended."""


@dataclass
class Faults:
    """How often a call ends the process or fails, before or after its effect; how often something comes between."""

    ends: float = 0
    refused: float = 0
    between: float = 0
    lag: float = 0
    pages: float = 0


@dataclass
class World:
    """What is outside of the function, and at the same time the store that the function calls."""

    drawn: object
    faults: Faults
    table: dict = field(default_factory=dict)
    published_messages: Counter = field(default_factory=Counter)
    finished: Counter = field(default_factory=Counter)
    lanes: list = field(default_factory=lambda: [[], [], []])
    waiting: list = field(default_factory=list)
    output: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self):
        self._index, self._pending, self._busy = {}, defaultdict(list), set()

    # What happens outside.
    def upload(self, merchant, upload_id, rows):
        key = items.upload_key(merchant, upload_id)
        self._put({**key, "kind": "upload", "status": "processing", "judged": 0, "uploadedAt": items.iso(NOW)})
        self.waiting += [self._validated(key, len(rows)), *(self._inserted(row) for row in rows)]

    def _inserted(self, row):
        def insert():
            self._put(row)
            self.lanes[crc32(row["transaction_id"].encode()) % len(self.lanes)].append(row)

        return insert

    def _validated(self, key, rows):
        def validate():
            if sum(item.get("uploadId") == items.bare_id(key["transaction_id"]) for item in self._rows()) < rows:
                self.waiting.append(validate)
                return
            self._get(key).update(stored=rows, rows=rows, validatedAt=items.iso(NOW))
            if self._finish(key):
                self.finished[key["transaction_id"]] += 1

        return validate

    def go_on(self):
        """Let something happen: a row arrives, or a lane that is free runs its next batch; False if all is done."""
        free = [lane for lane, records in enumerate(self.lanes) if records and lane not in self._busy]
        if self.waiting and (not free or self.drawn.random() < 0.5):
            self.waiting.pop(self.drawn.randrange(len(self.waiting)))()
        elif free:
            self._deliver(self.drawn.choice(free))
        return bool(self.waiting or any(self.lanes))

    def _deliver(self, lane):
        self._busy.add(lane)
        records = self.lanes[lane]
        batch = records[: self.drawn.randint(1, len(records))]
        told = [*batch, self.drawn.choice(batch)] if self.drawn.random() < 0.2 else batch
        try:
            failed = set(self.run(told))
        except Ended:
            failed = {"0"}
        finally:
            self._busy.discard(lane)
        left = next((place for place in range(len(batch)) if str(place) in failed), len(batch))
        if self.drawn.random() > 0.1:  # else all of it comes twice
            del records[:left]

    def run(self, rows):
        around = Surroundings(
            store=self,
            rules=RULES,
            stage="dev",
            log=JsonLog(),
            now=lambda: NOW,
            pause=lambda _: self._advance(),
            time_is_up=lambda: self.drawn.random() < self.faults.refused / 4,
        )
        with redirect_stdout(self.output):
            return Batch(around).run([record(row, str(place)) for place, row in enumerate(rows)])

    # What the function calls.
    def neighbours(self, card_key, first, last):
        with self._call("query"):
            pages = 2 if self.drawn.random() < self.faults.pages else 1
            middle = (first + last) // 2
            found = []
            for start, end in [(first, last)] if pages == 1 else [(first, middle), (middle + 1, last)]:
                self._advance()
                found += [
                    _seen(item)
                    for item in self._index.values()
                    if item.get("cardKey") == card_key and start <= item["timestamp"] <= end
                ]
                if pages == 2:
                    self._between()
            return found, pages == 1

    def judge(self, upload, verdicts, at):
        with self._call("transact"):
            assert 0 < len(verdicts) <= 99
            stands = [_seen(self._get(_key(verdict.row))) for verdict in verdicts]
            if self.drawn.random() < self.faults.refused:
                return [*(Hindrance("TransactionConflict", None) for _ in stands), NOTHING]
            hindered = [
                Hindrance("ConditionalCheckFailed", now) if now.judged or now.anomalies != known else NOTHING
                for now, (_, _, known) in zip(stands, verdicts, strict=True)
            ]
            if any(one != NOTHING for one in hindered):
                return [*hindered, NOTHING]
            for row, shown, _ in verdicts:
                self._get(_key(row)).update(judgedAt=items.iso(at), rulesVersion=RULES.version)
                self._anomalies(row, shown, at)
            self._get(upload)["judged"] += len(verdicts)
            return []

    def add_anomalies(self, row, shown, at):
        with self._call("update"):
            return copy.deepcopy(self._anomalies(row, shown, at))

    def rows(self, rows):
        with self._call("get"):
            assert 0 < len(rows) <= 100
            return {row.id: copy.deepcopy(self._get(_key(row))) for row in rows if self.drawn.random() < 0.9}

    def finish(self, upload, at):
        with self._call("finish"):
            done = self._finish(upload)
            self.finished[upload["transaction_id"]] += bool(done)
            return done

    def put_alert(self, alert):
        with self._call("alert"):
            return copy.deepcopy(self.table.setdefault(_place(alert), {**alert, "rules": set(alert["rules"])}))

    def publish(self, subject, message, attributes):
        with self._call("publish"):
            self.published_messages[attributes["alertId"]] += 1
            return "message"

    def published(self, transaction_id, message_id, at):
        with self._call("published"):
            self._get(items.alert_key(transaction_id)).update(publishedAt=items.iso(at), messageId=message_id)
            return True

    # How the world works.
    def _call(self, name):
        return _Call(self, name)

    def _between(self):
        if self.drawn.random() < self.faults.between:
            self.go_on()

    def _put(self, item):
        self.table[_place(item)] = item
        self._changed(item)

    def _get(self, key):
        return self.table[_place(key)]

    def _rows(self):
        return [item for item in self.table.values() if item["kind"] == "transaction"]

    def _changed(self, item):
        self._pending[_place(item)].append(copy.deepcopy(item))

    def _advance(self):
        """Let the index show some of what was written: of each item one version after another."""
        for place, versions in list(self._pending.items()):
            while versions and self.drawn.random() >= self.faults.lag:
                self._index[place] = versions.pop(0)

    def _anomalies(self, row, shown, at):
        item = self._get(_key(row))
        for rule, by in shown.items():
            item["anomalies"].setdefault(rule, {"at": items.iso(at), "version": RULES.version, "by": by})
        self._changed(item)
        return item

    def _finish(self, key):
        upload = self._get(key)
        if upload["status"] != "processing" or "validatedAt" not in upload or upload["judged"] != upload["stored"]:
            return {}
        upload.update(status="done", finishedAt=items.iso(NOW))
        return dict(upload)


class _Call:
    """One call of AWS, before and after which things happen."""

    def __init__(self, world, name):
        self._world, self._name = world, name

    def __enter__(self):
        self._world._between()
        self._trouble()

    def __exit__(self, kind, error, trace):
        if kind is None:
            self._trouble()
            self._world._between()

    def _trouble(self):
        drawn, faults = self._world.drawn, self._world.faults
        if drawn.random() < faults.ends:
            raise Ended
        if drawn.random() < faults.refused:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, self._name)


def stored(merchant, bare, card, time, amount, currency, country, category="books", zone=None, upload="up_1", line=2):
    """Return a row's item as validation stores it."""
    row = {
        **items.row_key(merchant, bare, time),
        "kind": "transaction",
        "merchant": merchant,
        "cardKey": items.card_key(merchant, card),
        "cardToken": card,
        "amount": amount,
        "currency": currency,
        "country": country,
        "merchantCategory": category,
        "cardPresent": True,
        "uploadId": upload,
        "objectKey": f"uploads/{merchant}/2026/11/30/{upload}.csv",
        "versionId": "v1",
        "line": line,
        "storedAt": items.iso(NOW),
        "contentHash": "0" * 64,
        "anomalies": {},
    }
    return row if zone is None else {**row, "timeZone": zone}


def record(row, number):
    """Return the stream's record of a row's insertion, as it was inserted."""
    fresh = {name: value for name, value in row.items() if name not in ("judgedAt", "rulesVersion")}
    image = {name: _TYPED.serialize(value) for name, value in {**fresh, "anomalies": {}}.items()}
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": number, "NewImage": image}}


def _seen(item):
    row = Row(item["transaction_id"], item["timestamp"], item["amount"], item["currency"], item["country"])
    return Seen(row, {rule: what["by"] for rule, what in item["anomalies"].items()}, "judgedAt" in item)


def _key(row):
    return {"transaction_id": row.id, "timestamp": row.time}


def _place(key):
    return key["transaction_id"], key["timestamp"]
