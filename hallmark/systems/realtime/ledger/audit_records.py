"""The AuditLogs table: acceptances, verdicts and alerts."""

from typing import Any

from hallmark.parallel import each
from hallmark.sending import trace
from hallmark.stage import Stage
from hallmark.systems.realtime.ledger.expectation import Expectations
from hallmark.systems.realtime.outputs import Output


class AuditRecords:
    """Queries the records of each transaction until the expected ones exist."""

    def __init__(self, stage: Stage, expectations: Expectations) -> None:
        self._client = stage.client("dynamodb")
        self._table = stage.outputs[Output.AUDIT_LOGS_TABLE]
        self._expectations = expectations
        self._open = set(expectations)
        self.accepted: dict[str, str] = {}  # by transaction id, the trace of the request that was accepted
        self.verdicts: dict[tuple[str, str], str] = {}  # (transaction id, rule id) to the outcome
        self.alerts: set[tuple[str, str]] = set()

    @property
    def complete(self) -> bool:
        """Whether each transaction has its acceptance, its verdicts, and an alert for each suspicion."""
        return not self._open

    @property
    def suspected(self) -> set[tuple[str, str]]:
        """The pairs whose verdict requires an alert."""
        return {pair for pair, outcome in self.verdicts.items() if outcome == "suspected"}

    def accepted_from_others(self, mark: str) -> set[str]:
        """Return what was accepted from another run's request; unknown without the mark of this run's."""
        return {one for one, trace_id in self.accepted.items() if mark and trace_id and not trace.is_of(trace_id, mark)}

    def __len__(self) -> int:
        return len(self.accepted) + len(self.verdicts) + len(self.alerts)

    def poll(self) -> bool:
        """Query the incomplete transactions."""
        before = len(self)
        identities = sorted(self._open)
        for identity, items in zip(identities, each(self._query, identities), strict=True):
            for item in items:
                self._note(identity, item)
            if self._is_complete(identity):
                self._open.discard(identity)
        return len(self) > before

    def _query(self, identity: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "transactionId = :id",
            "ProjectionExpression": "#kind, ruleId, outcome, traceId",
            "ExpressionAttributeNames": {"#kind": "kind"},
            "ExpressionAttributeValues": {":id": {"S": identity}},
            "ConsistentRead": True,
        }
        while True:
            page = self._client.query(**request)
            items += page["Items"]
            if not page.get("LastEvaluatedKey"):
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _note(self, identity: str, item: dict[str, Any]) -> None:
        match item["kind"]["S"]:
            case "accepted":
                self.accepted[identity] = item.get("traceId", {}).get("S", "")
            case "verdict":
                self.verdicts[identity, item["ruleId"]["S"]] = item["outcome"]["S"]
            case "alert":
                self.alerts.add((identity, item["ruleId"]["S"]))

    def _is_complete(self, identity: str) -> bool:
        due = {(identity, rule) for rule in self._expectations[identity].rules}
        suspected = {pair for pair in due if self.verdicts.get(pair) == "suspected"}
        return identity in self.accepted and due <= self.verdicts.keys() and suspected <= self.alerts
