"""The decisions reconstructed from the trail alone, and every way in which a damaged trail contradicts itself."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from hallmark.systems.realtime.audit import content_hash, reconstruct

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
    story = reconstruct(list(records().values()))
    assert story.contradictions == ()
    (decision,) = story.decisions
    assert (decision.rule_id, decision.rule_version, decision.outcome, decision.alerted) == (RULE, 3, "suspected", True)
    assert decision.reasons == ("amount 1000.25 gte 1000", "currency USD in ['USD']")


def test_what_matched_nothing_is_told_too() -> None:
    story = reconstruct([records()["accepted"]])
    assert (story.decisions, story.contradictions, story.recent_txn_count) == ((), (), 2)


def test_nothing_was_accepted() -> None:
    with pytest.raises(ValueError, match="no acceptance record"):
        reconstruct([])


@pytest.mark.parametrize(
    ("kind", "path", "value", "told"),
    [
        ("accepted", ["localHour"], 3, "acceptance: localHour is 3, but 10 in its detail"),
        ("accepted", ["contentHash"], "0", "content hash does not match"),
        ("verdict", ["outcome"], "cleared", f"verdict of {RULE}: cleared, but its conditions give suspected"),
        ("verdict", ["reasons", 0, "found"], Decimal(2000), "the condition on amount differs"),
        ("verdict", ["reasons", 1, "held"], False, "the condition on currency differs"),
        ("verdict", ["reasons", 0, "wanted"], Decimal(5000), "suspected, but its conditions give cleared"),
        ("verdict", ["receivedAt"], "2026", "receivedAt is 2026"),
        ("alert", ["ruleVersion"], Decimal(2), "version 3, but the alert has 2"),
        ("alert", ["ruleId"], "night-time", f"verdict of {RULE}: suspected, but no alert"),
        ("alert", ["ruleId"], "night-time", "alert of night-time: without a verdict"),
    ],
)
def test_a_damaged_trail_contradicts_itself(kind: str, path: list[Any], value: Any, told: str) -> None:
    damaged = copy.deepcopy(records())
    *way, last = path
    place: Any = damaged[kind]
    for step in way:
        place = place[step]
    place[last] = value
    assert told in "\n".join(reconstruct(list(damaged.values())).contradictions)
