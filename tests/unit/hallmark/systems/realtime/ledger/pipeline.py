"""A pipeline in memory that does everything right, until a test takes something away or adds something."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from hallmark import clock
from hallmark.sending.outcome import Outcome, Run, Status
from hallmark.systems.realtime.cards.enrichment import Enriched, local_hour, recent_counts
from hallmark.systems.realtime.cards.generator import generate
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import RULE_IDS, matching_rules
from hallmark.systems.realtime.cards.transaction import Transaction
from tests.unit.hallmark.ledger.sqs import Sqs

PARAMETERS = RuleParameters(
    velocity_threshold=2,
    velocity_window_seconds=60,
    home_countries=("US", "NL", "DE", "FR", "GB", "UK"),
    domestic_regions=("us-east-1", "us-west-2"),
    rules_cache_seconds=30,
)
TOTAL = 40
STARTED_AT = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
RECEIVED_AT = "2026-11-20T15:40:07.123Z"
DAY = "processed/2026/11/20"
SUCCESS = "Lambda Function Invocation Result - Success"


BUFFER, BUFFER_DEAD, FAILURE, PARKING = (
    f"realtime-{thing}-dev" for thing in ("buffer", "buffer-dead-letter", "failure", "parking")
)
INGEST = "realtime-ingest-processor-dev"
DEAD_LETTERS = "realtime-{}-dead-letter-dev"
QUEUES = (BUFFER, BUFFER_DEAD, FAILURE, PARKING, *(DEAD_LETTERS.format(rule) for rule in RULE_IDS))


def _sqs() -> Sqs:
    return Sqs({url: [] for url in QUEUES}, {BUFFER: (3, BUFFER_DEAD), FAILURE: (3, PARKING)})


@dataclass
class Pipeline:
    """A stage and its clients at once; its stores are plain collections. With `shows` it shows its messages."""

    stored: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, str]] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    sqs: Sqs = field(default_factory=_sqs)
    traces: dict[str, str] = field(default_factory=dict)  # of the accepting request, by transaction id
    shows: bool = True
    stacks: tuple[str, ...] = ("hallmark-realtime-dev",)
    events: list[dict[str, Any]] = field(default_factory=list)
    system: str = "realtime"
    name: str = "dev"
    target: Literal["embedded", "aws"] = "embedded"
    api_url: str = ""
    api_key: str = ""
    quiet_seconds: float = 0.0

    @property
    def outputs(self) -> dict[str, str]:
        names = ("TransactionsTable", "AuditLogsTable", "ProcessedBucket", "AuditLogGroup")
        queues = {"BufferQueueUrl": BUFFER, "FailureQueueUrl": f"url/{FAILURE}"}
        parameters = PARAMETERS.model_dump_json(by_alias=True)
        functions = {"IngestProcessorArn": f"arn:aws:lambda:eu-central-1:000000000000:function:{INGEST}:live"}
        return {**{name: name for name in names}, **queues, **functions, "RuleParameters": parameters}

    def client(self, service: str) -> Any:
        return self.sqs if service == "sqs" else self

    def messages(self, url: str) -> list[dict[str, Any]] | None:
        stored = self.sqs.queues[url]
        return (
            [{"Body": one.body, "MessageAttributes": _texts(one.attributes)} for one in stored] if self.shows else None
        )

    def take(self, enriched: Enriched) -> None:
        """Do for one transaction what the deployed pipeline does."""
        detail = enriched.transaction.fields()
        identity = str(detail["transactionId"])
        self.stored.append({**detail, "recentTxnCount": enriched.recent_txn_count, "localHour": enriched.local_hour})
        self.records.append({"id": identity, "kind": "accepted"})
        for rule in sorted(matching_rules(enriched, PARAMETERS)):
            self.records.append({"id": identity, "kind": "verdict", "ruleId": rule, "outcome": "suspected"})
            self.records.append({"id": identity, "kind": "alert", "ruleId": rule})
            self.objects.append(f"{DAY}/{identity}/{rule}.json")
            self.deliver(identity, rule)

    def deliver(self, identity: str, rule: str) -> None:
        """Bring a transaction to the three targets of a rule, and its suspicion to the notifier."""
        detail = {"transactionId": identity}
        self.sqs.put(BUFFER, buffered(identity, rule))
        self.events.append({"detail-type": "TransactionReceived", "detail": detail})
        for payload in ({"ruleId": rule, "detail": detail}, {"detail-type": "FraudSuspected", "detail": detail}):
            result = {"requestPayload": payload, "timestamp": RECEIVED_AT}
            self.events.append({"detail-type": SUCCESS, "detail": result})

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def query(self, **request: Any) -> dict[str, Any]:
        identity = request["ExpressionAttributeValues"][":id"]["S"]
        found = [record for record in self.records if record["id"] == identity]
        items = [{name: {"S": value} for name, value in record.items()} for record in found]
        trace_id = {"traceId": {"S": self.traces[identity]}} if identity in self.traces else {}
        return {"Items": [{**item, **trace_id} for item in items]}

    def get_item(self, **request: Any) -> dict[str, Any]:
        identity = request["Key"]["transactionId"]["S"]
        return {"Item": {"traceId": {"S": self.traces[identity]}}} if identity in self.traces else {}


@dataclass
class Pages:
    """The paginated calls."""

    pipeline: Pipeline
    operation: str

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        match self.operation:
            case "query":
                account = request["ExpressionAttributeValues"][":account"]["S"]
                yield {"Items": [_item(row) for row in self.pipeline.stored if row["accountId"] == account]}
            case "list_objects_v2":
                prefix = request["Prefix"]
                yield {"Contents": [{"Key": key} for key in self.pipeline.objects if key.startswith(prefix)]}
            case "list_stack_resources":
                found = [{"PhysicalResourceId": url, "ResourceType": "AWS::SQS::Queue"} for url in QUEUES]
                yield {"StackResourceSummaries": found}
            case "filter_log_events":
                yield {"events": [_log_entry(number, event) for number, event in enumerate(self.pipeline.events)]}


def buffered(identity: str, rule: str, trace_id: str = "") -> str:
    """The body of a message in the buffer queue."""
    detail = {"transactionId": identity, "trace": {"traceId": trace_id}}
    return json.dumps({"ruleId": rule, "event": {"detail": detail}})


def _texts(attributes: dict[str, str]) -> dict[str, Any]:
    return {name: {"StringValue": text} for name, text in attributes.items()}


def _item(row: dict[str, Any]) -> dict[str, Any]:
    texts = {name: {"S": row[name]} for name in ("transactionId", "accountId")}
    numbers = {name: {"N": str(row[name])} for name in ("recentTxnCount", "localHour")}
    received_at = row.get("receivedAt", RECEIVED_AT)
    return {**texts, **numbers, "transactionTs": {"S": row["ts"]}, "receivedAt": {"S": received_at}}


def _log_entry(number: int, event: dict[str, Any]) -> dict[str, Any]:
    timestamp = int(clock.from_text(RECEIVED_AT).timestamp() * 1000) + number
    return {"eventId": str(number), "timestamp": timestamp, "message": json.dumps(event)}


@cache
def _transactions(total: int) -> tuple[Transaction, ...]:
    return tuple(generate(total, 7, PARAMETERS, datetime(2026, 11, 20, 12, tzinfo=UTC)))


def carried_run(total: int = TOTAL) -> tuple[Pipeline, Run]:
    """Return a pipeline that has taken a generated run, and the run."""
    transactions = _transactions(total)
    lanes: dict[str, list[Any]] = {}
    for transaction in transactions:
        lanes.setdefault(transaction.account_id, []).append(transaction)
    pipeline = Pipeline()
    for lane in lanes.values():
        counts = recent_counts((transaction.ts for transaction in lane), PARAMETERS.velocity_window_seconds)
        for transaction, count in zip(lane, counts, strict=True):
            hour = local_hour(transaction.ts, transaction.cardholder_time_zone)
            pipeline.take(Enriched(transaction, count, hour))
    outcomes = tuple(Outcome(transaction, Status.ACCEPTED, RECEIVED_AT) for transaction in transactions)
    return pipeline, Run(STARTED_AT, 2.0, outcomes)
