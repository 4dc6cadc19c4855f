"""Each rule beside its near misses, and the enrichment that they need."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from hallmark.systems.realtime.cards.enrichment import Enriched, local_hour, recent_counts
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import matching_rules
from hallmark.systems.realtime.cards.transaction import Transaction
from infra.errors import UserError

T = datetime(2026, 11, 20, 12, tzinfo=UTC)
PARAMETERS = RuleParameters(
    velocity_threshold=5,
    velocity_window_seconds=60,
    home_countries=("US", "GB", "UK"),
    domestic_regions=("us-east-1",),
    rules_cache_seconds=30,
)
PLAIN = Transaction("txn-aaaa", "acct-a", T, Decimal("1.00"), "USD", "us-east-1", "groceries", False, "US", "UTC")
HIGH, RISK, GEO, FAST, NIGHT = (
    "high-value-domestic",
    "high-risk-merchant",
    "geo-anomaly",
    "velocity-spike",
    "night-time",
)

CASES = [
    ({"amount": Decimal("1000.00")}, 1, 12, {HIGH}),
    ({"amount": Decimal("999.99")}, 1, 12, set()),
    ({"amount": Decimal("-1000.00")}, 1, 12, set()),
    ({"amount": Decimal("1000.00"), "currency": "EUR"}, 1, 12, set()),
    ({"amount": Decimal("1000.00"), "region": "eu-central-1"}, 1, 12, set()),
    ({"merchant_category": "crypto"}, 1, 12, {RISK}),
    ({"merchant_category": "crypto-atm"}, 1, 12, set()),
    ({"card_not_present": True, "country": "BR"}, 1, 12, {GEO}),
    ({"card_not_present": True, "country": "UK"}, 1, 12, set()),
    ({"card_not_present": False, "country": "BR"}, 1, 12, set()),
    ({}, 5, 12, {FAST}),
    ({}, 4, 12, set()),
    ({}, 1, 0, {NIGHT}),
    ({}, 1, 5, {NIGHT}),
    ({}, 1, 6, set()),
    ({}, 1, 23, set()),
    ({"amount": Decimal(2000), "merchant_category": "luxury", "card_not_present": True, "country": "BR"}, 9, 3,
     {HIGH, RISK, GEO, FAST, NIGHT}),
]  # fmt: skip


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize(("changes", "count", "hour", "rules"), CASES)
def test_rules(changes: dict[str, object], count: int, hour: int, rules: set[str]) -> None:
    transaction = replace(PLAIN, **changes)
    assert matching_rules(Enriched(transaction, count, hour), PARAMETERS) == rules


HOURS = [
    ("2026-07-01T03:59:59.999+00:00", "America/New_York", 23),
    ("2026-01-01T04:59:59.999+00:00", "America/New_York", 23),
    ("2026-01-01T05:00:00.000+00:00", "America/New_York", 0),
    ("2026-11-01T05:30:00.000+00:00", "America/New_York", 1),
    ("2026-11-01T06:30:00.000+00:00", "America/New_York", 1),
    ("2026-11-20T18:20:00.000+00:00", "Asia/Kathmandu", 0),
]


@pytest.mark.parametrize(("ts", "zone", "hour"), HOURS)
def test_local_hour(ts: str, zone: str, hour: int) -> None:
    assert local_hour(datetime.fromisoformat(ts), zone) == hour


COUNTS = [
    ([0, 0, 0], [1, 2, 3]),
    ([0, 59, 60, 61], [1, 2, 2, 3]),
    ([60, 0, 30], [1, 1, 2]),
    ([0] * 102, [*range(1, 101), 100, 100]),
]


@pytest.mark.parametrize(("offsets", "counts"), COUNTS)
def test_recent_counts(offsets: list[int], counts: list[int]) -> None:
    assert recent_counts([T + timedelta(seconds=offset) for offset in offsets], 60) == counts


@pytest.mark.parametrize("longest", [0, 3, 60, 61, 300])
@pytest.mark.parametrize("total", [1, 10, 150])
def test_recent_counts_are_what_counting_one_by_one_gives(longest: int, total: int) -> None:
    random = Random(f"{longest} {total}")
    offsets = [random.randint(0, longest) for _ in range(total)]
    by_hand = [
        min(100, sum(ts - 60 < other <= ts for other in offsets[: index + 1])) for index, ts in enumerate(offsets)
    ]
    assert recent_counts([T + timedelta(seconds=offset) for offset in offsets], 60) == by_hand


@pytest.mark.parametrize(("outputs", "where"), [({}, "no output"), ({"RuleParameters": "{}"}, "velocityThreshold")])
def test_missing_parameters_say_what_to_do(outputs: dict[str, str], where: str) -> None:
    with pytest.raises(UserError, match=f"{where}.*deploy"):
        RuleParameters.of(outputs)
