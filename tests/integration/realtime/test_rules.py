"""The matrix: what matches a rule arrives at each of its three targets exactly as agreed, a near miss at none."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from hallmark import clock
from hallmark.stage import Stage
from hallmark.systems.realtime.cards.enrichment import local_hour, recent_counts
from hallmark.systems.realtime.cards.parameters import RuleParameters
from infra.realtime.outputs import Output
from tests.support.waiting import wait_for

Fields = dict[str, Any]
# The account's earlier transactions, in seconds before this one, as functions of the threshold and the window.
EARLIER = "earlier"
Offsets = Callable[[int, int], list[float]]
ABROAD: Fields = {"cardNotPresent": True, "country": "BR"}
LARGE: Fields = {"amount": 1000}


def _inside(threshold: int, window: int) -> list[float]:
    return [window - 0.001] * (threshold - 1)


def _one_too_few(threshold: int, window: int) -> list[float]:
    return [0] * (threshold - 2)


def _one_too_old(threshold: int, window: int) -> list[float]:
    return [window, *[1] * (threshold - 2)]


# rule: what matches, each condition at its edge
MATCHES: dict[str, list[Fields]] = {
    "high-value-domestic": [
        *({**LARGE, "region": region} for region in ("us-east-1", "us-east-2", "us-west-1", "us-west-2")),
        {"amount": 5_000_000_000},
    ],
    "high-risk-merchant": [{"merchantCategory": name} for name in ("electronics", "luxury", "crypto")],
    "geo-anomaly": [ABROAD, {**ABROAD, "country": "MX", "amount": -20.25, "merchantId": None}],
    "velocity-spike": [{EARLIER: _inside}],
    "night-time": [
        {"ts": "2026-03-03T05:00:00.000Z"},
        {"ts": "2026-03-03T10:59:59.999Z"},
        {"cardholderTimeZone": "Asia/Tokyo"},
    ],
}
# rule: what misses it just so, one condition broken at a time
NEAR_MISSES: dict[str, list[Fields]] = {
    "high-value-domestic": [
        {"amount": 999.99},
        {"amount": -1000},
        {**LARGE, "currency": "EUR"},
        {**LARGE, "currency": "USN"},
        {**LARGE, "region": "eu-central-1"},
        {**LARGE, "region": "us-gov-west-1"},
    ],
    "high-risk-merchant": [{"merchantCategory": name} for name in ("cryptography", "luxury-goods", "electronic")],
    "geo-anomaly": [
        {**ABROAD, "cardNotPresent": False},
        *({**ABROAD, "country": country} for country in ("US", "NL", "DE", "FR", "GB", "UK")),
    ],
    "velocity-spike": [{EARLIER: _one_too_few}, {EARLIER: _one_too_old}],
    "night-time": [
        {"ts": "2026-03-03T11:00:00.000Z"},
        {"ts": "2026-03-03T04:59:59.999Z"},
        {"ts": "2026-03-03T04:00:00.000Z", "cardholderTimeZone": "America/Chicago"},
    ],
}
ROOT = "1-5759e988-bd862e3fe1be46a994272793"
ORDER = (
    *("transactionId", "accountId", "ts", "amount", "currency", "region", "merchantId", "merchantCategory"),
    *("cardNotPresent", "country", "cardholderTimeZone"),
)


@dataclass(frozen=True)
class Sent:
    """A request, its answer, and how many of the account's transactions are in the window."""

    body: Fields
    received_at: str
    count: int

    @property
    def id(self) -> str:
        return str(self.body["transactionId"])

    def detail(self, trace: Any) -> Fields:
        """The event's detail as docs/realtime.md has it."""
        request = {name: self.body[name] for name in ORDER if name in self.body}
        canonical = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return {
            **request,
            "recentTxnCount": self.count,
            "localHour": local_hour(clock.from_text(request["ts"]), request["cardholderTimeZone"]),
            "receivedAt": self.received_at,
            "contentHash": hashlib.sha256(canonical.encode()).hexdigest(),
            "trace": trace,
        }


@pytest.fixture(scope="session")
def send(api: Any, stage: Stage, transaction: Callable[..., Fields]) -> Callable[[Fields], Sent]:
    """Send a transaction after those of its account that it needs."""
    parameters = RuleParameters.of(stage.outputs)

    def post(fields: Fields) -> Sent:
        rest = {name: value for name, value in fields.items() if name != EARLIER}
        body = transaction(**rest)
        ts, window = clock.from_text(body["ts"]), parameters.velocity_window_seconds
        offsets: Offsets = fields.get(EARLIER, lambda *_: [])
        times = [ts - timedelta(seconds=before) for before in offsets(parameters.velocity_threshold, window)]
        for time in times:
            api.accept(transaction(accountId=body["accountId"], ts=clock.to_text(time)))
        answer = api.post(body, **{"X-Amzn-Trace-Id": f"Root={ROOT};Sampled=1"})
        assert answer.status == 202, answer.data
        return Sent(body, answer.json()["receivedAt"], recent_counts([*times, ts], window)[-1])

    return post


@pytest.fixture(scope="session")
def matches(send: Any) -> dict[str, list[Sent]]:
    """What matches each rule: all sent before anybody waits."""
    return {rule: [send(fields) for fields in cases] for rule, cases in MATCHES.items()}


@pytest.fixture(scope="session")
def near_misses(send: Any, settle: Callable[[], None]) -> dict[str, list[Sent]]:
    """What nearly matches each rule, all of it gone as far as it goes."""
    sent = {rule: [send(fields) for fields in cases] for rule, cases in NEAR_MISSES.items()}
    settle()
    return sent


def _as_agreed(found: Any, sent: Sent) -> None:
    """Compare a whole detail, its order included; of the trace only the id is known before."""
    assert list(found.items()) == list(sent.detail(found["trace"]).items())
    assert set(found["trace"]) == {"traceId", "header"}
    assert found["trace"]["traceId"] == ROOT
    assert f"Root={ROOT}" in found["trace"]["header"].split(";")


def _event_as_agreed(event: Fields, sent: Sent, stage: Stage) -> None:
    """Compare a whole event; its id is EventBridge's own."""
    _as_agreed(event["detail"], sent)
    assert event == {
        "version": "0",
        "id": event["id"],
        "detail-type": "TransactionReceived",
        "source": "hallmark.realtime",
        "account": stage.outputs[Output.INGEST_PROCESSOR_ARN].split(":")[4],
        "time": f"{sent.received_at[:19]}Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": event["detail"],
    }
    assert event["id"]


@pytest.mark.control("RT_RULE_FIVE", "RT_RULE_FANOUT", "RT_NO_LOSS")
@pytest.mark.parametrize("rule", MATCHES)
def test_a_match_arrives_at_the_detector(targets: Any, matches: Any, rule: str) -> None:
    for sent in matches[rule]:
        results = wait_for(lambda sent=sent: targets.given(sent.id, "ruleId"), f"the detector's result for {sent.body}")
        assert [result["ruleId"] for result in results] == [rule]
        assert set(results[0]) == {"ruleId", "detail"}
        _as_agreed(results[0]["detail"], sent)
        assert [record["ruleId"] for record in targets.audit_records(sent.id, "verdict")] == [rule]


@pytest.mark.control("RT_RULE_FIVE", "RT_RULE_FANOUT", "RT_NO_LOSS")
@pytest.mark.parametrize("rule", MATCHES)
def test_a_match_arrives_in_the_buffer_queue(stage: Stage, targets: Any, matches: Any, rule: str) -> None:
    for sent in matches[rule]:
        messages = wait_for(lambda sent=sent: targets.buffer(sent.id), f"the message for {sent.body}")
        assert [message["ruleId"] for message in messages] == [rule]
        assert set(messages[0]) == {"ruleId", "event"}
        _event_as_agreed(messages[0]["event"], sent, stage)


@pytest.mark.control("RT_RULE_FIVE", "RT_RULE_FANOUT", "RT_NO_LOSS")
@pytest.mark.parametrize("rule", MATCHES)
def test_a_match_arrives_on_the_audit_bus(stage: Stage, targets: Any, matches: Any, rule: str) -> None:
    for sent in matches[rule]:
        (event,) = wait_for(lambda sent=sent: targets.audit_bus(sent.id), f"the event for {sent.body}")
        _event_as_agreed(event, sent, stage)


@pytest.mark.control("RT_RULE_FIVE", "RT_QUIET")
@pytest.mark.parametrize("rule", NEAR_MISSES)
def test_a_near_miss_arrives_nowhere(targets: Any, near_misses: Any, rule: str) -> None:
    for sent in near_misses[rule]:
        assert [record["kind"] for record in targets.audit_records(sent.id)] == ["accepted"], sent.body
        assert targets.buffer(sent.id) == [], sent.body
        assert targets.audit_bus(sent.id) == [], sent.body
        assert targets.given(sent.id, "ruleId") == [], sent.body


def test_each_rule_has_both(stage: Stage) -> None:
    bus = stage.outputs[Output.TRANSACTION_BUS]
    listed = stage.client("events").list_rules(EventBusName=bus, NamePrefix=f"{stage.system}-")["Rules"]
    rules = {rule["Name"].removeprefix(f"{stage.system}-").removesuffix(f"-{stage.name}") for rule in listed}
    assert rules == set(MATCHES) == set(NEAR_MISSES)
