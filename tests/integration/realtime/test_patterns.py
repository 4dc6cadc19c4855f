"""The event patterns of the templates and the plain predicates agree on whatever Hypothesis thinks of."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallmark.stage import Stage
from hallmark.systems.realtime.cards.enrichment import Enriched
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import PREDICATES
from hallmark.systems.realtime.cards.transaction import Transaction
from infra.realtime.outputs import Output

# Near every boundary of every rule, and anywhere else.
AMOUNTS = st.one_of(
    st.sampled_from(["999.99", "1000", "1000.01", "-1000", "0", "5000000000", "-5000000000"]).map(Decimal),
    st.decimals(-5_000_000_000, 5_000_000_000, places=2),
)
CATEGORIES = st.one_of(
    st.sampled_from(["electronics", "luxury", "crypto", "crypt", "grocery"]),
    st.from_regex(r"[a-z][a-z0-9-]{1,31}", fullmatch=True),
)
REGIONS = st.sampled_from(["us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-west-1", "eu-central-1"])
COUNTRIES = st.one_of(st.sampled_from(["US", "NL", "DE", "FR", "GB", "UK"]), st.from_regex(r"[A-Z]{2}", fullmatch=True))
TRANSACTIONS = st.builds(
    Transaction,
    transaction_id=st.just("transaction"),
    account_id=st.just("account"),
    ts=st.just(datetime(2026, 3, 3, tzinfo=UTC)),
    amount=AMOUNTS,
    currency=st.sampled_from(["USD", "EUR", "USN"]),
    region=REGIONS,
    merchant_category=CATEGORIES,
    card_not_present=st.booleans(),
    country=COUNTRIES,
    cardholder_time_zone=st.just("UTC"),
)
ENRICHED = st.builds(Enriched, TRANSACTIONS, st.integers(1, 100), st.integers(0, 23))


def _event(enriched: Enriched) -> str:
    computed = {"recentTxnCount": enriched.recent_txn_count, "localHour": enriched.local_hour}
    return json.dumps(
        {
            "id": "1",
            "account": "000000000000",
            "source": "hallmark.realtime",
            "time": "2026-03-03T00:00:00Z",
            "region": "eu-central-1",
            "resources": [],
            "detail-type": "TransactionReceived",
            "detail": {**enriched.transaction.fields(), **computed},
        }
    )


@pytest.fixture(scope="session")
def patterns(stage: Stage) -> dict[str, str]:
    """The patterns of the deployed rules, by rule id."""
    bus = stage.outputs[Output.TRANSACTION_BUS]
    rules: list[dict[str, Any]] = stage.client("events").list_rules(EventBusName=bus)["Rules"]
    found = {rule_id: rule["EventPattern"] for rule in rules for rule_id in PREDICATES if rule_id in rule["Name"]}
    assert set(found) == set(PREDICATES)
    return found


@pytest.mark.control("RT_RULE_FIVE")
def test_the_patterns_say_what_the_predicates_say(stage: Stage, patterns: dict[str, str]) -> None:
    parameters = RuleParameters.of(stage.outputs)

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ENRICHED)
    def agree(enriched: Enriched) -> None:
        event = _event(enriched)
        for rule, predicate in PREDICATES.items():
            answer = stage.client("events").test_event_pattern(EventPattern=patterns[rule], Event=event)
            assert answer["Result"] == predicate(enriched, parameters), rule

    agree()
