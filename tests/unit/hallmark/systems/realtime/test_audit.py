"""The decisions told from the trail alone, and every way in which a damaged trail contradicts itself."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from hallmark.systems.realtime.audit import content_hash, tell

RECEIVED = "2026-11-20T15:40:07.123Z"
RULE = "high-value-domestic"


def records() -> dict[str, dict[str, Any]]:
    """The trail of a suspicion, as DynamoDB's numbers are read, by kind."""
    detail: dict[str, Any] = {
        "transactionId": "txn-00000001",
        "accountId": "acct-000001",
        "amount": 1000.25,
        "currency": "USD",
        "recentTxnCount": 2,
        "localHour": 10,
        "receivedAt": RECEIVED,
        "trace": {},
    }
    detail["contentHash"] = content_hash(json.dumps(detail))
    names = ("transactionId", "accountId", "recentTxnCount", "localHour", "receivedAt", "contentHash")
    reasons = [
        {"field": "amount", "operator": "gte", "wanted": Decimal(1000), "found": Decimal("1000.25"), "held": True},
        {"field": "currency", "operator": "in", "wanted": ["USD"], "found": "USD", "held": True},
    ]
    verdict = {"kind": "verdict", "ruleId": RULE, "ruleVersion": Decimal(3), "receivedAt": RECEIVED}
    return {
        "accepted": {"kind": "accepted", **{name: detail[name] for name in names}, "detail": json.dumps(detail)},
        "verdict": {**verdict, "outcome": "suspected", "reasons": reasons},
        "alert": {"kind": "alert", "ruleId": RULE, "ruleVersion": Decimal(3)},
    }


def test_a_suspicion_is_told_with_its_version_and_reasons() -> None:
    story = tell(list(records().values()))
    assert story.contradictions == ()
    (decision,) = story.decisions
    assert (decision.rule_id, decision.rule_version, decision.outcome, decision.alerted) == (RULE, 3, "suspected", True)
    assert decision.reasons == ("amount 1000.25 gte 1000", "currency USD in ['USD']")


def test_what_matched_nothing_is_told_too() -> None:
    story = tell([records()["accepted"]])
    assert (story.decisions, story.contradictions, story.recent_txn_count) == ((), (), 2)


def test_nothing_was_accepted() -> None:
    with pytest.raises(ValueError, match="no acceptance record"):
        tell([])


@pytest.mark.parametrize(
    ("kind", "path", "value", "told"),
    [
        ("accepted", ["localHour"], 3, "acceptance: localHour is 3, its detail says 10"),
        ("accepted", ["contentHash"], "0", "content hash is of another content"),
        ("verdict", ["outcome"], "cleared", f"verdict of {RULE}: cleared, its conditions say suspected"),
        ("verdict", ["reasons", 0, "found"], Decimal(2000), "the condition on amount is recorded otherwise"),
        ("verdict", ["reasons", 1, "held"], False, "the condition on currency is recorded otherwise"),
        ("verdict", ["reasons", 0, "wanted"], Decimal(5000), "suspected, its conditions say cleared"),
        ("verdict", ["receivedAt"], "2026", "receivedAt is 2026"),
        ("alert", ["ruleVersion"], Decimal(2), "version 3, alerted for 2"),
        ("alert", ["ruleId"], "night-time", f"verdict of {RULE}: suspected, and no alert"),
        ("alert", ["ruleId"], "night-time", "alert of night-time: it has no verdict"),
    ],
)
def test_a_damaged_trail_contradicts_itself(kind: str, path: list[Any], value: Any, told: str) -> None:
    damaged = copy.deepcopy(records())
    *way, last = path
    place: Any = damaged[kind]
    for step in way:
        place = place[step]
    place[last] = value
    assert told in "\n".join(tell(list(damaged.values())).contradictions)
