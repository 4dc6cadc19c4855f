"""Verdicts depend on the set of rows alone: whatever the order, the batches, the lag, the repeats and the ends."""

import importlib
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from merchant_upload import items
from merchant_upload.anomaly_detection.logic import Row, judge

from hallmark.systems.merchant_upload.plain_verdicts import PlainTransaction, at, verdicts

# `lambda` is a keyword.
world = importlib.import_module("tests.unit.lambda.merchant_upload.world")
World, Faults, stored, RULES = world.World, world.Faults, world.stored, world.RULES

# Berlin's clocks go back at 01:00 UTC of this day.
_BEGIN = int(datetime(2026, 10, 25, 0, tzinfo=UTC).timestamp()) * 1000
# Every limit of a window lies on a multiple of 150 s.
_TIMES = st.builds(lambda step, more: _BEGIN + 150_000 * step + more, st.integers(0, 40), st.sampled_from([-1, 0, 1]))
_AMOUNTS = st.sampled_from([Decimal(text) for text in ("12.5", "12.50", "-12.5", "0.99", "1", "10000", "-10000.01")])
_ROWS = st.lists(
    st.tuples(
        *(st.sampled_from(["corner-shop", "garden-market"]), st.sampled_from(["tok_aaa", "tok_bbb"]), _TIMES, _AMOUNTS),
        *(st.sampled_from(["USD", "JPY", "KWD"]), st.sampled_from(["DE", "DE", "FR"])),
        *(st.sampled_from(["books", "crypto"]), st.sampled_from([None, "Europe/Berlin", "Asia/Kolkata"])),
        st.sampled_from(["up_1", "up_2"]),
    ),
    min_size=1,
    max_size=24,
)


def placed(drawn):
    """Rows with ids of their own, as they are stored; both merchants use the same ids."""
    counts = Counter()
    rows = []
    for merchant, *rest in drawn:
        rows.append(stored(merchant, f"txn-{counts[merchant]:05}", *rest))
        counts[merchant] += 1
    return rows


def plainly(rows):
    return verdicts(
        [
            PlainTransaction(
                *(row["transaction_id"], row["merchant"], row["cardToken"], at(row["timestamp"]), row["amount"]),
                *(row["currency"], row["country"], row["merchantCategory"], row.get("timeZone")),
            )
            for row in rows
        ]
    )


def logical(row):
    return Row(
        *(row["transaction_id"], row["timestamp"], row["amount"], row["currency"], row["country"]),
        *(row["merchantCategory"], row.get("timeZone")),
    )


def by_card(rows):
    cards = {}
    for row in rows:
        cards.setdefault(row["cardKey"], []).append(logical(row))
    return list(cards.values())


@given(_ROWS)
@settings(max_examples=100, deadline=None)
def test_the_verdict_over_all_rows_is_the_plain_definition(drawn):
    rows, found = placed(drawn), {}
    for card in by_card(rows):
        found.update(judge(card, {row.id for row in card}, RULES))
    assert {row_id: frozenset(shown) for row_id, shown in found.items()} == plainly(rows)


@given(_ROWS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_rows_that_arrive_part_by_part_show_the_same(drawn, order):
    rows = placed(drawn)
    found = {row["transaction_id"]: set() for row in rows}
    for card in by_card(rows):
        order.shuffle(card)
        here = []
        while card:
            arrived = [card.pop() for _ in range(order.randint(1, len(card)))]
            here += arrived
            for row_id, shown in judge(here, {row.id for row in arrived}, RULES).items():
                found[row_id] |= set(shown)
                assert set(shown.values()) <= {row.id for row in arrived}
    assert {row_id: frozenset(rules) for row_id, rules in found.items()} == plainly(rows)


CALM = Faults(lag=0.5, pages=0.3, between=0.2)
TROUBLES = {
    "calm": CALM,
    "ends": Faults(lag=0.5, pages=0.3, between=0.2, ends=0.15),
    "refused": Faults(lag=0.5, pages=0.3, between=0.2, refused=0.15),
    "all": Faults(lag=0.8, pages=0.5, between=0.4, ends=0.1, refused=0.1),
}


def carried(drawn, seed, faults):
    """The world after all rows have arrived and were judged; troubles stop at last, or it could go on for ever."""
    rows, there = placed(drawn), World(Random(seed), faults)
    uploads = {}
    for row in rows:
        uploads.setdefault((row["merchant"], row["uploadId"]), []).append(row)
    for (merchant, upload_id), its in uploads.items():
        there.upload(merchant, upload_id, its)
    for step in range(100_000):
        if step == 300:
            there.faults = CALM
        if not there.go_on():
            return rows, there
    raise AssertionError("records come again for ever")


# An alert that its record made, ended, and would not look for again once the index showed who else flagged the row.
_LEFT = [
    ("corner-shop", "tok_aaa", _BEGIN, Decimal("12.5"), "USD", "DE", "books", None, "up_1"),
    ("corner-shop", "tok_aaa", _BEGIN - 1, Decimal("12.5"), "USD", "DE", "books", "Europe/Berlin", "up_1"),
]


@pytest.mark.parametrize("trouble", TROUBLES)
@given(_ROWS, st.integers(0, 2**32))
@example(_LEFT, 15218)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_the_table_holds_the_plain_definition(trouble, drawn, seed):
    rows, there = carried(drawn, seed, TROUBLES[trouble])
    wanted = plainly(rows)
    assert {row["transaction_id"]: frozenset(row["anomalies"]) for row in rows} == wanted
    assert all("judgedAt" in row for row in rows)
    uploads = [item for item in there.table.values() if item["kind"] == "upload"]
    for upload in uploads:
        mine = [
            row
            for row in rows
            if items.upload_key(row["merchant"], row["uploadId"])
            == {"transaction_id": upload["transaction_id"], "timestamp": 0}
        ]
        assert (upload["judged"], upload["status"]) == (len(mine), "done")
    flagged = {row_id for row_id, rules in wanted.items() if rules}
    alerts = {item["transaction_id"]: item for item in there.table.values() if item["kind"] == "alert"}
    assert set(alerts) == {f"{row_id}#alert" for row_id in flagged}
    assert all("publishedAt" in alert for alert in alerts.values())
    assert set(there.published_messages) == {items.alert_id(row_id) for row_id in flagged}
    if trouble == "calm":
        assert set(there.published_messages.values()) <= {1}
        assert set(there.finished.values()) == {1}
    assert "tok_" not in there.output.getvalue()
