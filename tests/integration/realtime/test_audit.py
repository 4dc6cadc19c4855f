"""From AuditLogs alone every decision can be reconstructed; a new version of a rule changes only new ones."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime import audit
from hallmark.systems.realtime import fraud_rules as rules
from hallmark.systems.realtime.fraud_rules import RULES
from infra.realtime.outputs import Output
from tests.integration.realtime.rules_in_force import put_back
from tests.support.waiting import wait_for

Json = dict[str, Any]
RULE = "high-value-domestic"
# A category that no other test uses: for all other transactions the two versions decide alike.
SPARED = "audit-sample"
# Cases of the rules, and what the rules decide.
CASES: dict[str, tuple[Json, set[str]]] = {
    "nothing": ({}, set()),
    "one rule": ({"merchantCategory": "crypto"}, {"high-risk-merchant"}),
    "three rules": (
        {"amount": 1000, "cardNotPresent": True, "country": "BR", "cardholderTimeZone": "Asia/Tokyo"},
        {RULE, "geo-anomaly", "night-time"},
    ),
    "no merchant": (
        {"amount": 99999999.99, "merchantId": None, "merchantCategory": "luxury"},
        {RULE, "high-risk-merchant"},
    ),
}


@pytest.mark.control("RT_AUDIT")
@pytest.mark.parametrize("case", CASES)
def test_the_decision_can_be_told_again(api: Any, stage: Stage, transaction: Callable[..., Json], case: str) -> None:
    fields, expected = CASES[case]
    body = transaction(**fields)
    answer = api.accept(body)
    story = _told(stage, body["transactionId"], len(expected))
    assert story.contradictions == ()
    assert (story.received_at, story.recent_txn_count) == (answer["receivedAt"], 1)
    assert {decision.rule_id for decision in story.decisions} == expected
    assert {(decision.outcome, decision.alerted) for decision in story.decisions} <= {("suspected", True)}
    for decision in story.decisions:
        assert decision.rule_version == _in_force(stage, decision.rule_id, answer["receivedAt"])


def _told(stage: Stage, transaction_id: str, decisions: int) -> audit.Story:
    """Wait until every decision is there, and its alert if it is a suspicion."""

    def told() -> audit.Story | None:
        story = audit.reconstruct(audit.read(stage, transaction_id))
        done = [d for d in story.decisions if d.alerted or d.outcome == "cleared"]
        return story if len(done) == len(story.decisions) == decisions else None

    return wait_for(told, f"{decisions} decisions on {transaction_id}")


def _in_force(stage: Stage, rule: str, received_at: str) -> int:
    items = stage.client("dynamodb").query(
        TableName=stage.outputs[Output.RULES_TABLE],
        KeyConditionExpression="ruleId = :rule",
        ExpressionAttributeValues={":rule": {"S": rule}},
    )["Items"]
    return max(int(item["version"]["N"]) for item in items if item["effectiveFrom"]["S"] <= received_at)


@pytest.fixture
def narrower(stage: Stage, tmp_path: Path) -> Iterator[rules.PublishedRule]:
    """A version of one rule that spares a category; afterwards the old content is published again."""
    document = yaml.safe_load(RULES.read_text())
    document["rules"] = [rule for rule in document["rules"] if rule["ruleId"] == RULE]
    document["rules"][0]["conditions"].append({"field": "merchantCategory", "operator": "notIn", "value": [SPARED]})
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump(document))
    (published,) = rules.publish(stage, file)
    yield published
    put_back(stage)


@pytest.mark.control("RT_AUDIT", "RT_REPLAY")
def test_a_new_version_changes_new_decisions_only(
    api: Any, stage: Stage, transaction: Callable[..., Json], narrower: rules.PublishedRule
) -> None:
    old, new = (transaction(amount=1000, merchantCategory=SPARED) for _ in range(2))
    assert api.accept(old)["receivedAt"] < narrower.effective_from
    before = audit.read(stage, old["transactionId"]) if _told(stage, old["transactionId"], 1) else []
    wait_for(lambda: clock.to_text(clock.now()) > narrower.effective_from, "the version to take effect", seconds=180)
    api.accept(new)
    (decision,) = _told(stage, new["transactionId"], 1).decisions
    assert (decision.rule_version, decision.outcome, decision.alerted) == (narrower.version, "cleared", False)

    _put_again(stage, before[0])
    sentinel = transaction(amount=1000)
    api.accept(sentinel)
    (decision,) = _told(stage, sentinel["transactionId"], 1).decisions
    assert (decision.rule_version, decision.outcome) == (narrower.version, "suspected")
    after = audit.read(stage, old["transactionId"])
    assert after == before
    (decision,) = audit.reconstruct(after).decisions
    assert (decision.rule_version, decision.outcome) == (narrower.version - 1, "suspected")


def _put_again(stage: Stage, accepted: audit.Record) -> None:
    """Deliver the event of an accepted transaction once more: it is judged by the version of its own time."""
    entry = {
        "EventBusName": stage.outputs[Output.TRANSACTION_BUS],
        "Source": "hallmark.realtime",
        "DetailType": "TransactionReceived",
        "Detail": accepted["detail"],
        "Time": clock.from_text(json.loads(accepted["detail"])["receivedAt"]),
    }
    assert stage.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
