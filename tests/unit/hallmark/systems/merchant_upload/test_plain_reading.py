"""The function's reading of a file and the plain one agree on whatever Hypothesis makes of a file."""

from collections import Counter
from dataclasses import fields
from datetime import timedelta

import pytest
from merchant_upload.validation.columns import schema
from shared_python.csv_file import Parsed, Refusal, parse

from hallmark.csv_files.problems import Problem
from hallmark.systems.merchant_upload.content import Content, Reading, Record
from hallmark.systems.merchant_upload.reading import MOST_ROWS, read
from tests.integration.merchant_upload.drawn_files import CREATED, files
from tests.support.fuzzing import check_drawn

HEADER = "transaction_id,timestamp,card_token,amount,currency,country,merchant_category,card_present"
GOOD = "txn-0001,2026-11-20T15:40:07.5Z,tok_a1,-12.50,USD,US,grocery,true"
# Enough files draw each of them.
RULES = {
    *("encoding", "quotes", "header", "no-rows", "columns", "required", "too-long", "formula", "card-number", "format"),
    *("decimals", "currency", "country", "time", "time-zone"),
}


def by_the_function(content: bytes, most_rows: int = MOST_ROWS) -> Reading:
    """What the function reads, in the plain reading's words."""
    parsed = parse(content, schema(CREATED), most_rows)
    if isinstance(parsed, Refusal):
        return Problem(parsed.line, parsed.column, parsed.rule)
    assert isinstance(parsed, Parsed)
    rows = tuple(
        Record(row.line, None if row.problems else Content(**row.values), tuple(Problem(*one) for one in row.problems))
        for row in parsed.rows
    )
    assert len(rows) == parsed.count
    return rows


def rules_of(found: Reading) -> Counter[str]:
    problems = [found] if isinstance(found, Problem) else [one for row in found for one in row.problems]
    return Counter(one.rule for one in problems)


def test_both_readings_agree_on_drawn_files(request: pytest.FixtureRequest) -> None:
    rules: Counter[str] = Counter()
    valid = 0

    def agree(content: bytes) -> None:
        nonlocal valid
        plain = read(content, CREATED)
        assert by_the_function(content) == plain
        rules.update(rules_of(plain))
        valid += 0 if isinstance(plain, Problem) else sum(not row.problems for row in plain)

    number = check_drawn(request, "files", files(), agree)
    assert valid > number / 10
    if number >= 200:
        assert rules.keys() == RULES


def test_values_have_their_types() -> None:
    content = f"{HEADER},time_zone\n{GOOD},\n".encode()
    plain = read(content, CREATED)
    assert plain == by_the_function(content)
    (row,) = plain
    assert {one.name: repr(getattr(row.content, one.name)) for one in fields(Content)} == {
        "transaction_id": "'txn-0001'",
        "timestamp": "1795189207500",
        "card_token": "'tok_a1'",
        "amount": "Decimal('-12.50')",
        "currency": "'USD'",
        "country": "'US'",
        "merchant_category": "'grocery'",
        "card_present": "True",
        "time_zone": "None",
    }


def test_both_readings_count_rows() -> None:
    content = f"{HEADER}\n\n{GOOD}\n{GOOD}\n".encode()
    assert len(read(content, CREATED, most_rows=2)) == 2
    content += b"\n" + GOOD.encode()
    refused = Problem(6, None, "too-many-rows")
    assert read(content, CREATED, most_rows=2) == by_the_function(content, most_rows=2) == refused


@pytest.mark.parametrize("ahead", [0, 123, 999_999])
def test_five_minutes_after_the_object_s_creation_are_cut_to_milliseconds(ahead: int) -> None:
    created = CREATED.replace(microsecond=ahead)
    for beyond in (0, 1):
        latest = created + timedelta(minutes=5, milliseconds=beyond)
        row = GOOD.replace("2026-11-20T15:40:07.5Z", f"{latest:%Y-%m-%dT%H:%M:%S.%f}9Z")
        plain = read(f"{HEADER}\n{row}".encode(), created)
        assert rules_of(plain) == ({"time": 1} if beyond else {})
