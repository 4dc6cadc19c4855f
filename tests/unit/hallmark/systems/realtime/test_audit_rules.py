"""The audit names rules that should have judged and did not, or judged otherwise, or by what nobody published."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from hallmark.systems.realtime.audit_rules import contradictions, missing
from hallmark.systems.realtime.fraud_rules import publish
from hallmark.systems.realtime.fraud_rules.store import State, Store
from tests.unit.hallmark.systems.realtime.fraud_rules.rules_stage import PARAMETERS, RulesStage

RULE = "high-value-domestic"
RECEIVED = "2026-11-20T15:40:07.123Z"
DETAIL: dict[str, Any] = {
    "transactionId": "txn-00000001",
    "accountId": "acct-000001",
    "ts": "2026-11-20T15:40:00.000Z",
    "amount": 1000.25,
    "currency": "USD",
    "region": "us-east-1",
    "merchantCategory": "grocery",
    "cardNotPresent": False,
    "country": "US",
    "cardholderTimeZone": "America/New_York",
    "recentTxnCount": 1,
    "localHour": 10,
    "receivedAt": RECEIVED,
}
CONDITIONS: list[tuple[str, str, Any, Any]] = [
    ("amount", "gte", Decimal(1000), Decimal("1000.25")),
    ("currency", "is", "USD", "USD"),
    ("region", "in", ["us-east-1"], "us-east-1"),
]


def trail(**changes: Any) -> list[dict[str, Any]]:
    """The records of a suspicion by the shipped rule; changes of the verdict, or of the detail as `detail`."""
    detail = json.dumps({**DETAIL, **changes.pop("detail", {})})
    reasons = [dict(zip(("field", "operator", "wanted", "found"), one, strict=True), held=True) for one in CONDITIONS]
    verdict = {"kind": "verdict", "ruleId": RULE, "ruleVersion": Decimal(1), "outcome": "suspected", "severity": "high"}
    verdict |= {"receivedAt": RECEIVED, "reasons": reasons, **changes}
    accepted = {"kind": "accepted", "receivedAt": RECEIVED, "localHour": Decimal(10), "detail": detail}
    alert = {"kind": "alert", "ruleId": RULE, "ruleVersion": Decimal(1)}
    return [accepted, verdict, alert] if verdict["outcome"] == "suspected" else [accepted, verdict]


@pytest.fixture
def stage() -> RulesStage:
    found = RulesStage()
    publish(found)
    return found


@pytest.fixture
def state(stage: RulesStage) -> State:
    return Store(stage).read()


def told(records: list[dict[str, Any]], state: State) -> list[str]:
    return list(contradictions(records, state, PARAMETERS))


def test_a_right_verdict_contradicts_nothing(state: State) -> None:
    assert told(trail(), state) == []
    assert missing(trail(), state, PARAMETERS) == []


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"outcome": "cleared"}, "cleared, but the plain predicate high_value_domestic says suspected"),
        (
            {"detail": {"amount": 999.99}},
            "suspected, but the plain predicate high_value_domestic says it does not match",
        ),
        ({"detail": {"amount": 5}, "outcome": "cleared"}, "it should not have judged"),
        ({"detail": {"merchantCategory": "crypto"}}, "high-risk-merchant: should have judged"),
        ({"detail": {"cardholderTimeZone": "Asia/Tokyo"}}, "localHour is 10, but 0"),
        ({"detail": {"recentTxnCount": 5}}, "velocity-spike: should have judged"),
        ({"detail": {"ts": "yesterday"}}, "its detail cannot be judged: ValueError"),
        ({"detail": {"amount": None}}, "its detail cannot be judged: TypeError"),
        ({"ruleVersion": Decimal(7)}, "version 7 is not in the table Rules"),
        ({"severity": "low"}, "severity low, but high in version 1"),
        ({"reasons": []}, "judged by [], but version 1 was published with"),
    ],
)
def test_what_should_be_otherwise_is_named(state: State, changes: dict[str, Any], wanted: str) -> None:
    assert wanted in "\n".join(told(trail(**changes), state))


def test_a_rule_without_a_verdict_is_named(state: State) -> None:
    accepted, verdict, _ = trail()
    assert [f"{RULE}: should have judged" in one for one in told([accepted], state)] == [True]
    assert missing([accepted], state, PARAMETERS) == [RULE]
    assert missing([accepted, verdict], state, PARAMETERS) == [RULE]


def test_a_version_that_is_not_as_published_is_named(stage: RulesStage) -> None:
    stage.change((RULE, 1.0), rehash=True, severity={"S": "low"})
    found = told(trail(), Store(stage).read())
    assert next(one.split(": ")[:3] for one in found) == [
        f"verdict of {RULE}",
        "version 1 is not as it was published",
        f"items[{RULE}, 1].severity",
    ]


def test_a_version_that_was_not_in_force_is_named(stage: RulesStage) -> None:
    stage.versions[RULE, 2.0] = {**copy.deepcopy(stage.versions[RULE, 1.0]), "version": {"N": "2"}}
    found = told(trail(ruleVersion=Decimal(2)), Store(stage).read())
    assert any("version 2 is not as it was published" in one for one in found)
    publish(stage)  # a third one, which takes effect later
    found = told(trail(ruleVersion=Decimal(3)), Store(stage).read())
    assert f"verdict of {RULE}: by version 3, but version 1 was in force at {RECEIVED}" in found
