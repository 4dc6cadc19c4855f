"""Publication of rules into the Rules table: new content gets a new version; existing versions never change."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.fraud_rules.file import read_rules
from hallmark.systems.realtime.fraud_rules.model import Rule
from hallmark.systems.realtime.outputs import Output
from infra.errors import UserError

RULES = Path(__file__).with_name("rules.yaml")
BEGINNING = "1970-01-01T00:00:00.000Z"
_ATTEMPTS = 5
_CLOCK_MARGIN = timedelta(seconds=5)


class PublishedRule(NamedTuple):
    """A rule's latest version after publication; `effective_from` is UTC with milliseconds."""

    rule_id: str
    version: int
    status: Literal["published", "unchanged"]
    effective_from: str


def publish(stage: Stage, path: Path = RULES) -> list[PublishedRule]:
    """Publish the rules of a file and return their latest versions, in the file's order.

    Everything is validated, read and serialized before the first record is written. A rule whose content equals its
    latest version's is not published. UserError for an invalid file, and when other publishers keep interfering.
    """
    parameters = RuleParameters.of(stage.outputs)
    table = _RulesTable(stage)
    drafts = [_draft(table, rule) for rule in read_rules(path, parameters)]
    return [_publish(table, draft, parameters) for draft in drafts]


class _Draft(NamedTuple):
    """A rule, its current latest version, and its content in DynamoDB's format."""

    rule: Rule
    latest: PublishedRule | None
    item: dict[str, Any]

    @property
    def version(self) -> int:
        return self.latest.version + 1 if self.latest else 1


def _draft(table: "_RulesTable", rule: Rule) -> _Draft:
    latest = table.latest(rule.rule_id)
    same = latest and latest["contentHash"] == rule.content_hash()
    known = latest and PublishedRule(
        rule.rule_id, int(latest["version"]), "unchanged" if same else "published", latest["effectiveFrom"]
    )
    return _Draft(rule, known or None, _serialized({**rule.content(), "contentHash": rule.content_hash()}))


def _serialized(record: Mapping[str, Any]) -> dict[str, Any]:
    write = TypeSerializer().serialize
    return {name: write(value) for name, value in record.items()}


def _publish(table: "_RulesTable", draft: _Draft, parameters: RuleParameters) -> PublishedRule:
    rule = draft.rule
    for _ in range(_ATTEMPTS):
        if draft.latest and draft.latest.status == "unchanged":
            return draft.latest
        effective_from = _after_every_cache(parameters) if draft.latest else BEGINNING
        if table.put({**draft.item, **_serialized({"version": draft.version, "effectiveFrom": effective_from})}):
            return PublishedRule(rule.rule_id, draft.version, "published", effective_from)
        draft = _draft(table, rule)
    raise UserError(f"Rule {rule.rule_id}: others are publishing it at the same time. Publish again later.")


def _after_every_cache(parameters: RuleParameters) -> str:
    """Return a time that no cache of the detector can miss: two lifetimes ahead, plus a margin for clocks."""
    return clock.to_text(clock.now() + 2 * timedelta(seconds=parameters.rules_cache_seconds) + _CLOCK_MARGIN)


class _RulesTable:
    """The two calls that publishing makes."""

    def __init__(self, stage: Stage) -> None:
        self._client = stage.client("dynamodb")
        self._name = stage.outputs[Output.RULES_TABLE]

    def latest(self, rule_id: str) -> dict[str, Any] | None:
        """Return the record of the highest version, None if there is none."""
        answer = self._client.query(
            TableName=self._name,
            KeyConditionExpression="ruleId = :rule",
            ExpressionAttributeValues={":rule": {"S": rule_id}},
            ScanIndexForward=False,
            Limit=1,
            ConsistentRead=True,
        )
        read = TypeDeserializer().deserialize
        found = [{name: read(value) for name, value in item.items()} for item in answer["Items"]]
        return found[0] if found else None

    def put(self, item: dict[str, Any]) -> bool:
        """Write a version that does not exist yet; return False when another publisher was faster."""
        try:
            self._client.put_item(
                TableName=self._name,
                Item=item,
                ConditionExpression="attribute_not_exists(ruleId)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True
