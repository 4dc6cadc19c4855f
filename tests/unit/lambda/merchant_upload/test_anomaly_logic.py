"""Limits of each rule, a near miss beside each hit; many rows of one card stay quick."""

import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from merchant_upload.anomaly_detection import rules as rules_file
from merchant_upload.anomaly_detection.logic import Row, judge

RULES = rules_file.load()
BEGIN = 1_790_000_000_000
SECOND = 1000


def row(bare, seconds=0.0, amount="5", currency="USD", country="DE", category="books", zone=None):
    return Row(bare, BEGIN + int(seconds * SECOND), Decimal(amount), currency, country, category, zone)


def judged(*rows, arrived=None):
    ids = {one.id for one in rows} if arrived is None else arrived
    return {row_id: set(shown) for row_id, shown in judge(rows, ids, RULES).items()}


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [
        *(("10000", "USD", set()), ("10000.01", "USD", {"high-amount"}), ("-10000.01", "USD", {"high-amount"})),
        *(("1", "USD", set()), ("0.99", "USD", {"card-testing"}), ("-0.99", "USD", set())),
        # 1.172 USD for a EUR, 0.00638978 for a JPY.
        *(("8532.43", "EUR", {"high-amount"}), ("8532.42", "EUR", set())),
        *(("156", "JPY", {"card-testing"}), ("157", "JPY", set())),
        ("999999999999.9999", "CLF", {"high-amount"}),
    ],
)
def test_amounts_are_judged_in_usd_exactly(amount, currency, wanted):
    assert judged(row("a", amount=amount, currency=currency)) == {"a": wanted}


@pytest.mark.parametrize(("category", "wanted"), [("gambling", True), ("gift-cards", True), ("gift", False)])
def test_risky_categories(category, wanted):
    assert judged(row("a", category=category)) == {"a": {"risky-category"} if wanted else set()}


@pytest.mark.parametrize(
    ("moment", "zone", "wanted"),
    [
        ("2026-11-20T00:00:00", "UTC", True),
        ("2026-11-20T05:59:59.999", "UTC", True),
        ("2026-11-20T06:00:00", "UTC", False),
        ("2026-11-19T23:59:59.999", "UTC", False),
        ("2026-11-20T03:00:00", None, False),
        # Berlin: 05:30 in winter time, 06:30 in summer time; the hour from 2 to 3 comes twice on 25 October.
        ("2026-11-20T04:30:00", "Europe/Berlin", True),
        ("2026-07-20T04:30:00", "Europe/Berlin", False),
        ("2026-10-25T00:30:00", "Europe/Berlin", True),
        ("2026-10-25T01:30:00", "Europe/Berlin", True),
        ("2026-11-20T18:31:00", "Asia/Kolkata", True),
        ("2026-11-20T18:29:00", "Asia/Kolkata", False),
    ],
)
def test_nights_are_the_row_s_own(moment, zone, wanted):
    milliseconds = round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    one = Row("a", milliseconds, Decimal(5), "USD", "DE", "books", zone)
    assert {row_id: set(shown) for row_id, shown in judge([one], {"a"}, RULES).items()} == {
        "a": {"night-hours"} if wanted else set()
    }


def test_velocity_counts_five_within_ten_minutes_the_row_itself_included():
    hit = [row(f"r{place}", seconds, str(place + 5)) for place, seconds in enumerate((0, 1, 2, 3, 599.999))]
    assert judged(*hit)["r4"] == {"velocity"} and judged(*hit)["r3"] == set()
    miss = [*hit[:4], row("r4", 600, "9")]
    assert judged(*miss)["r4"] == set()


def test_rows_of_one_moment_see_each_other():
    rows = [row(f"r{place}", 0, str(place + 5)) for place in range(5)]
    assert judged(*rows) == {one.id: {"velocity"} for one in rows}
    assert judged(row("a", 0, "5"), row("b", 0, "6", country="FR")) == {"a": {"geography"}, "b": {"geography"}}
    assert judged(row("a"), row("b", amount="5.00")) == {"a": {"duplicate"}, "b": {"duplicate"}}


@pytest.mark.parametrize(("seconds", "wanted"), [(3599.999, {"geography"}), (3600, set())])
def test_another_country_within_an_hour(seconds, wanted):
    assert judged(row("a"), row("b", seconds, "6", country="FR")) == {"a": set(), "b": wanted}


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        (row("b", 299.999, "5.0"), {"duplicate"}),
        (row("b", 300), set()),
        (row("b", 1, "-5"), set()),
        (row("b", 1, currency="EUR"), set()),
    ],
)
def test_the_later_of_two_alike_within_five_minutes_is_the_duplicate(other, wanted):
    assert judged(row("a"), other) == {"a": set(), "b": wanted}


def test_of_rows_that_were_there_only_those_are_judged_in_whose_windows_one_arrived():
    rows = [
        row("past", 0, "6"),
        row("new", 60),
        row("soon", 120),
        row("alike", 359.999),
        row("late", 360, country="FR"),
    ]
    found = judge(rows[:-1], {"new"}, RULES)
    assert found == {"new": {}, "soon": {"duplicate": "new"}, "alike": {"duplicate": "new"}}
    late = {"velocity": "new", "geography": "new"}
    assert judge(rows, {"new"}, RULES) == {**found, "late": late}


def operations(work):
    """Return how many instructions of Python a call takes: unlike seconds, the same on a busy machine."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_work_grows_as_the_rows_of_a_card_do():
    def work(count):
        rows = [row(f"r{place}", place * 3000 / count, str(1 + place % 7)) for place in range(count)]
        judged = {one.id for one in rows[::50]}
        return operations(lambda: judge(rows, judged, RULES))

    assert work(4_000) < 16 * 2 * work(250)
