"""The decisions on a transaction, reconstructed from its audit trail alone, and the trail's contradictions."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from hallmark.stage import Stage
from hallmark.systems.realtime.outputs import Output

Record = Mapping[str, Any]
# What we add to a request; not part of the content hash.
ADDED = frozenset({"recentTxnCount", "localHour", "receivedAt", "contentHash", "trace"})
HOLDS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gte": lambda found, wanted: found >= wanted,
    "lte": lambda found, wanted: found <= wanted,
    "in": lambda found, wanted: found in wanted,
    "notIn": lambda found, wanted: found not in wanted,
    "is": lambda found, wanted: found == wanted,
}


@dataclass(frozen=True)
class Decision:
    """One rule's decision: the version in force, the outcome by the recorded conditions, and the alert."""

    rule_id: str
    rule_version: int
    outcome: str
    reasons: tuple[str, ...]
    alerted: bool


@dataclass(frozen=True)
class Story:
    """Everything in the trail about one transaction; `contradictions` is empty unless the trail is damaged."""

    transaction_id: str
    received_at: str
    content_hash: str
    recent_txn_count: int
    local_hour: int
    decisions: tuple[Decision, ...]
    contradictions: tuple[str, ...]


def read(stage: Stage, transaction_id: str) -> list[Record]:
    """Return a transaction's records in the table AuditLogs, consistently read; empty without any."""
    pages = (
        stage.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=stage.outputs[Output.AUDIT_LOGS_TABLE],
            KeyConditionExpression="transactionId = :id",
            ExpressionAttributeValues={":id": {"S": transaction_id}},
            ConsistentRead=True,
        )
    )
    plain = TypeDeserializer().deserialize
    return [{name: plain(value) for name, value in item.items()} for page in pages for item in page["Items"]]


def reconstruct(records: Sequence[Record]) -> Story:
    """Reconstruct the decisions: evaluate every condition again on the published detail.

    ValueError when the acceptance record is missing: no transaction with this id was accepted.
    """
    accepted = next((record for record in records if record["kind"] == "accepted"), None)
    if accepted is None:
        raise ValueError("there is no acceptance record")
    detail = json.loads(accepted["detail"], parse_float=Decimal)  # the type of numbers read from DynamoDB
    alerts = {record["ruleId"]: record for record in records if record["kind"] == "alert"}
    verdicts = [record for record in records if record["kind"] == "verdict"]
    found = [
        *_of_acceptance(accepted, detail),
        *(line for verdict in verdicts for line in _of_verdict(verdict, detail, alerts.get(verdict["ruleId"]))),
        *(f"alert of {rule}: without a verdict" for rule in sorted(alerts.keys() - {v["ruleId"] for v in verdicts})),
    ]
    return Story(
        detail["transactionId"],
        accepted["receivedAt"],
        accepted["contentHash"],
        detail["recentTxnCount"],
        detail["localHour"],
        tuple(_decision(verdict, detail, verdict["ruleId"] in alerts) for verdict in verdicts),
        tuple(found),
    )


def content_hash(detail: str) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of the request in a published detail (docs/realtime.md)."""
    request = {name: value for name, value in json.loads(detail).items() if name not in ADDED}
    text = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _decision(verdict: Record, detail: Record, alerted: bool) -> Decision:
    reasons = tuple(f"{r['field']} {detail.get(r['field'])} {r['operator']} {r['wanted']}" for r in verdict["reasons"])
    return Decision(verdict["ruleId"], int(verdict["ruleVersion"]), _outcome(verdict, detail), reasons, alerted)


def _outcome(verdict: Record, detail: Record) -> str:
    return "suspected" if all(_holds(reason, detail) for reason in verdict["reasons"]) else "cleared"


def _holds(reason: Record, detail: Record) -> bool:
    found = detail.get(reason["field"])
    return found is not None and HOLDS[reason["operator"]](found, reason["wanted"])


def _of_acceptance(accepted: Record, detail: Record) -> Iterator[str]:
    for name in ("transactionId", "receivedAt", "contentHash", "accountId", "recentTxnCount", "localHour"):
        if accepted[name] != detail[name]:
            yield f"acceptance: {name} is {accepted[name]}, but {detail[name]} in its detail"
    if content_hash(accepted["detail"]) != accepted["contentHash"]:
        yield "acceptance: the content hash does not match"


def _of_verdict(verdict: Record, detail: Record, alert: Record | None) -> Iterator[str]:
    name = f"verdict of {verdict['ruleId']}"
    for reason in verdict["reasons"]:
        if reason["found"] != detail.get(reason["field"]) or reason["held"] != _holds(reason, detail):
            yield f"{name}: the condition on {reason['field']} differs from its detail"
    if verdict["outcome"] != _outcome(verdict, detail):
        yield f"{name}: {verdict['outcome']}, but its conditions give {_outcome(verdict, detail)}"
    if verdict["receivedAt"] != detail["receivedAt"]:
        yield f"{name}: receivedAt is {verdict['receivedAt']}, but {detail['receivedAt']} in the detail"
    if (alert is not None) != (verdict["outcome"] == "suspected"):
        yield f"{name}: {verdict['outcome']}, but {'an' if alert else 'no'} alert"
    if alert is not None and alert["ruleVersion"] != verdict["ruleVersion"]:
        yield f"{name}: version {verdict['ruleVersion']}, but the alert has {alert['ruleVersion']}"
