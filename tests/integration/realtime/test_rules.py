"""Each rule with an event that matches it and one that just does not, at each of its three targets."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from waiting import wait_for

# rule, what matches, what nearly does
CASES: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    (
        "high-value-domestic",
        {"amount": 1000},
        [{"amount": 999.99}, {"amount": 1000, "currency": "EUR"}, {"amount": 1000, "region": "eu-central-1"}],
    ),
    ("high-risk-merchant", {"merchantCategory": "crypto"}, [{"merchantCategory": "cryptography"}]),
    (
        "geo-anomaly",
        {"cardNotPresent": True, "country": "BR"},
        [{"cardNotPresent": True, "country": "UK"}, {"cardNotPresent": False, "country": "BR"}],
    ),
    ("velocity-spike", {"_burst": 0}, [{"_burst": -1}]),
    ("night-time", {"ts": "2026-03-03T10:59:59.999Z"}, [{"ts": "2026-03-03T11:00:00Z"}]),
]
MATCHES = [pytest.param(rule, fields, id=rule) for rule, fields, _ in CASES]
NEAR_MISSES = [pytest.param(fields, id=f"{rule}-{n}") for rule, _, misses in CASES for n, fields in enumerate(misses)]


@pytest.fixture
def send(api: Any, stage: Any, transaction: Callable[..., dict[str, Any]]) -> Callable[[dict[str, Any]], str]:
    """Send a transaction and return its id; `_burst` counts from the threshold of velocity-spike."""

    def post(fields: dict[str, Any]) -> str:
        fields = dict(fields)
        account = transaction()["accountId"]
        if (offset := fields.pop("_burst", None)) is not None:
            threshold = json.loads(stage.outputs["RuleParameters"])["velocityThreshold"]
            for _ in range(threshold + offset - 1):
                api.accept(transaction(accountId=account))
        body = transaction(**{"accountId": account, **fields})
        api.accept(body)
        return str(body["transactionId"])

    return post


@pytest.mark.control("RT_RULE_FIVE", "RT_RULE_FANOUT")
@pytest.mark.parametrize(("rule", "fields"), MATCHES)
def test_a_match_arrives_at_the_detector(send: Any, targets: Any, rule: str, fields: dict[str, Any]) -> None:
    transaction_id = send(fields)
    verdicts = wait_for(lambda: targets.audit_records(transaction_id, "verdict"), "the verdict")
    assert [verdict["ruleId"] for verdict in verdicts] == [rule]


@pytest.mark.control("RT_RULE_FIVE", "RT_RULE_FANOUT")
@pytest.mark.parametrize(("rule", "fields"), MATCHES)
def test_a_match_arrives_in_the_buffer_queue(send: Any, targets: Any, rule: str, fields: dict[str, Any]) -> None:
    transaction_id = send(fields)
    messages = wait_for(lambda: targets.buffer(transaction_id), "the message")
    assert [message["ruleId"] for message in messages] == [rule]


@pytest.mark.control("RT_RULE_FIVE", "RT_RULE_FANOUT")
@pytest.mark.parametrize(("rule", "fields"), MATCHES)
def test_a_match_arrives_on_the_audit_bus(send: Any, targets: Any, rule: str, fields: dict[str, Any]) -> None:
    transaction_id = send(fields)
    events = wait_for(lambda: targets.audit_bus(transaction_id), "the event")
    assert [event["detail-type"] for event in events] == ["TransactionReceived"]


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize("fields", NEAR_MISSES)
def test_a_near_miss_arrives_nowhere(send: Any, targets: Any, settle: Any, fields: dict[str, Any]) -> None:
    transaction_id = send(fields)
    settle()
    assert targets.audit_records(transaction_id, "verdict") == []
    assert targets.buffer(transaction_id) == []
    assert targets.audit_bus(transaction_id) == []
