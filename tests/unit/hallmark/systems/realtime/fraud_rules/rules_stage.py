"""A stage whose only services are the tables Rules and AuditLogs, in memory."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.fraud_rules.content import content_hash

PARAMETERS = RuleParameters(
    velocity_threshold=5,
    velocity_window_seconds=60,
    home_countries=("US", "NL"),
    domestic_regions=("us-east-1",),
    rules_cache_seconds=30,
)
Item = dict[str, Any]


@dataclass
class RulesStage:
    """`versions` are the rows by (rule, version), `records` those of AuditLogs by `ts`.

    `meanwhile` runs before a write.
    """

    versions: dict[tuple[str, float], Item] = field(default_factory=dict)
    records: dict[str, Item] = field(default_factory=dict)
    meanwhile: Callable[[], None] = lambda: None
    system: str = "realtime"
    name: str = "dev"
    target: Literal["embedded", "aws"] = "embedded"
    api_url: str = ""
    api_key: str = ""
    quiet_seconds: float = 0.0
    asked: str = ""

    @property
    def outputs(self) -> dict[str, str]:
        parameters = PARAMETERS.model_dump_json(by_alias=True)
        return {"RulesTable": "rules", "AuditLogsTable": "audit", "RuleParameters": parameters}

    def client(self, service: str) -> "RulesStage":
        return self

    def get_paginator(self, operation: str) -> "RulesStage":
        self.asked = operation
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
        assert (self.asked, request["TableName"]) in (("scan", "rules"), ("query", "audit"))
        assert request["ConsistentRead"] is True
        found = self.versions if self.asked == "scan" else self.records
        yield {"Items": [copy.deepcopy(item) for _, item in sorted(found.items())]}

    def transact_write_items(self, TransactItems: list[dict[str, Any]]) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        wanted = [write["Put"] for write in TransactItems if "Put" in write]
        if any("ConditionExpression" in put and self._place(put)[1] in self._place(put)[0] for put in wanted):
            reasons = [{"Code": "ConditionalCheckFailed"}]
            raise ClientError(
                {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons},
                "TransactWriteItems",
            )
        for put in wanted:
            assert "ConditionExpression" not in put or put["ExpressionAttributeNames"]["#key"] in put["Item"]
            table, key = self._place(put)
            table[key] = copy.deepcopy(put["Item"])
        for write in TransactItems:
            if "Delete" in write:
                key = write["Delete"]["Key"]
                del self.versions[key["ruleId"]["S"], float(key["version"]["N"])]

    def _place(self, put: dict[str, Any]) -> tuple[dict[Any, Item], Any]:
        item = put["Item"]
        if put["TableName"] == "rules":
            return self.versions, (item["ruleId"]["S"], float(item["version"]["N"]))
        return self.records, item["ts"]["S"]

    def change(self, key: tuple[str, float], *, rehash: bool = False, **attributes: Any) -> None:
        """Change attributes of a row by hand, in DynamoDB's format; None deletes one."""
        row = {**self.versions[key], **attributes}
        self.versions[key] = {name: value for name, value in row.items() if value is not None}
        if rehash:
            self.rehash(key)

    def rehash(self, key: tuple[str, float]) -> None:
        """Make the hash of a row that of its content."""
        read = TypeDeserializer().deserialize
        row = {name: read(value) for name, value in self.versions[key].items()}
        self.versions[key]["contentHash"] = {"S": content_hash(row)}
