"""Generated traffic obeys the request's rules, repeats itself exactly, and hits every combination of the five rules."""

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import available_timezones

import pytest

from hallmark import clock
from hallmark.systems.realtime.cards.enrichment import Enriched, local_hour, recent_counts
from hallmark.systems.realtime.cards.generator import generate
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.predicates import matching_rules
from hallmark.systems.realtime.cards.schedule import NEAR_MISSES, minimum_for_every_combination, schedule
from hallmark.systems.realtime.cards.transaction import Transaction

ZONES = available_timezones()
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATTERNS = {
    "transactionId": r"[A-Za-z0-9_-]{8,64}",
    "accountId": r"[A-Za-z0-9_-]{6,64}",
    "ts": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "currency": r"[A-Z]{3}",
    "region": r"[a-z]{2}(-[a-z]+)+-[0-9]",
    "merchantId": r".{1,64}",
    "merchantCategory": r"[a-z][a-z0-9-]{1,31}",
    "country": r"[A-Z]{2}",
    "cardholderTimeZone": r"[A-Za-z_]+(/[A-Za-z_]+)+",
}


def parameters(threshold: int = 5, window: int = 60) -> RuleParameters:
    return RuleParameters(
        velocity_threshold=threshold,
        velocity_window_seconds=window,
        home_countries=("US", "NL", "DE", "FR", "GB", "UK"),
        domestic_regions=("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
        rules_cache_seconds=30,
    )


def enrich(lane: list[Transaction], window_seconds: int) -> list[Enriched]:
    """Enrich the transactions of one account, given in the order of their acceptance."""
    counts = recent_counts((transaction.ts for transaction in lane), window_seconds)
    return [
        Enriched(transaction, count, local_hour(transaction.ts, transaction.cardholder_time_zone))
        for transaction, count in zip(lane, counts, strict=True)
    ]


def lanes_of(transactions: list[Transaction]) -> list[list[Transaction]]:
    lanes = defaultdict(list)
    for transaction in transactions:
        lanes[transaction.account_id].append(transaction)
    return list(lanes.values())


def combinations(transactions: list[Transaction], stage: RuleParameters) -> Counter[frozenset[str]]:
    window = stage.velocity_window_seconds
    return Counter(matching_rules(found, stage) for lane in lanes_of(transactions) for found in enrich(lane, window))


VALID_CASES = [
    (0, 1, 1, datetime(2000, 1, 1, tzinfo=UTC)),
    (-1, 60, 1, datetime(2025, 12, 31, 23, 59, 59, 999_999, UTC)),
    (2**64, 60, 12, datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)),
    (3, 60, 2, datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
    (4, 60, 5, datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)),
    (5, 60, 7, datetime(2010, 7, 4, 12, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("seed", "total", "threshold", "start"), VALID_CASES)
def test_every_request_is_valid(seed: int, total: int, threshold: int, start: datetime) -> None:
    for transaction in generate(total, seed, parameters(threshold), start):
        fields = json.loads(transaction.body())
        for name, pattern in PATTERNS.items():
            assert re.fullmatch(pattern, fields[name]), name
        assert abs(fields["amount"]) < 5e9
        assert round(fields["amount"], 2) == fields["amount"]
        assert isinstance(fields["cardNotPresent"], bool)
        assert fields["cardholderTimeZone"] in ZONES
        assert set(fields) == {*PATTERNS, "amount", "cardNotPresent"}


@pytest.mark.control("RT_NO_PAN")
def test_no_run_of_digits_could_be_a_card_number() -> None:
    # Were they not made letters, 28 hexadecimal digits would hold such a run once in 65 times.
    for transaction in generate(300, 1, parameters(), START):
        for text in (transaction.transaction_id, transaction.account_id, transaction.merchant_id):
            assert not re.search(r"(\d[ -]?){13}", str(text))


COMBINATION_CASES = [(2, 60), (3, 60), (5, 300), (10, 3600), (100, 60)]


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize(("threshold", "window"), COMBINATION_CASES)
def test_the_minimum_hits_every_combination(threshold: int, window: int) -> None:
    stage = parameters(threshold, window)
    transactions = list(generate(minimum_for_every_combination(stage), 1, stage, START))
    assert len(combinations(transactions, stage)) == 32


@pytest.mark.parametrize("threshold", [1, 2, 5, 100])
def test_the_smallest_cycle_has_no_padding_and_each_near_miss_once(threshold: int) -> None:
    total = minimum_for_every_combination(parameters(threshold)) + len(NEAR_MISSES)
    slots = list(schedule(total, parameters(threshold)))
    assert [slot.near_miss for slot in slots if slot.near_miss] == list(NEAR_MISSES)
    assert slots[-1].near_miss == NEAR_MISSES[-1]


@pytest.mark.control("RT_RULE_FIVE")
@pytest.mark.parametrize(("threshold", "window"), [(3, 60), (5, 300), (10, 3600)])
def test_two_thousand_are_mostly_ordinary_and_hit_every_combination(threshold: int, window: int) -> None:
    stage = parameters(threshold, window)
    found = combinations(list(generate(2000, 1, stage, START)), stage)
    assert len(found) == 32
    assert found[frozenset()] >= 0.85 * 2000


def test_same_seed_and_start_give_the_same_bytes() -> None:
    first, second = ([t.body() for t in generate(200, 42, parameters(), START)] for _ in range(2))
    assert first == second


def test_other_seeds_and_starts_share_neither_ids_nor_accounts() -> None:
    later = START.replace(second=1)
    runs = [list(generate(200, seed, parameters(), start)) for seed, start in ((1, START), (2, START), (1, later))]
    for field in ("transaction_id", "account_id"):
        names = [{getattr(transaction, field) for transaction in run} for run in runs]
        assert len(set().union(*names)) == sum(map(len, names))


def test_it_is_in_time_order_up_to_now_and_has_lanes_for_all_workers() -> None:
    transactions = list(generate(1000, 3, parameters()))
    assert all(before.ts < after.ts for before, after in pairwise(transactions))
    assert transactions[-1].ts <= clock.now()
    assert len({transaction.transaction_id for transaction in transactions}) == 1000
    assert len({transaction.account_id for transaction in transactions}) >= 64


def test_it_has_refunds_and_misses_by_a_hair() -> None:
    stage = parameters()
    transactions = list(generate(500, 3, stage, START))
    amounts = {float(transaction.amount) for transaction in transactions}
    assert {999.99, 1000.0} <= amounts
    assert min(amounts) <= -1000
    counts = Counter(
        found.recent_txn_count
        for lane in lanes_of(transactions)
        for found in enrich(lane, stage.velocity_window_seconds)
    )
    assert {stage.velocity_threshold - 1, stage.velocity_threshold} <= set(counts)
