"""The function's reading of a file and the plain one agree on whatever Hypothesis makes of a file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from bank_upload.file import SCHEMA, judge_file, rows
from bank_upload.items import content_hash

from hallmark.csv_files.problems import Problem
from hallmark.systems.bank_upload.content import Content, Reading
from hallmark.systems.bank_upload.reading import NAMES, OPTIONAL, read
from tests.integration.bank_upload.drawn_files import BANK, DAY, RECEIVED, files, mostly_valid_files
from tests.support.fuzzing import check_drawn

HEADER = "transaction_id,timestamp,account_token,amount,currency,type,bank_id,description"
GOOD = f"txn-0001,2026-11-20T15:40:07.5Z,acct_1,12.50,USD,debit,{BANK},"
# Enough files draw each of them.
RULES = {
    *("encoding", "quotes", "header", "no-rows", "columns", "required", "too-long", "formula", "card-number", "format"),
    *("decimals", "currency", "time", "bank", "duplicate-in-file"),
}


def by_the_function(content: bytes) -> tuple[Reading, int]:
    """What the function reads, in the plain reading's words, and how many problems it counts."""
    judged = judge_file(content, BANK, DAY, RECEIVED)
    if judged.problem_count:
        return [Problem(*one) for one in judged.problems], judged.problem_count
    found = {}
    for one in judged.ranges:
        for row in rows(content[one.start : one.end], judged.columns, one.line):
            found[row.line] = Content(*row[1:])
            assert found[row.line].sha256 == content_hash(row)
    assert judged.rows == len(found)
    return found, 0


def plain(content: bytes) -> Reading:
    return read(content, BANK, f"{DAY}", RECEIVED)


def agree(content: bytes) -> Reading:
    ours = plain(content)
    theirs, count = by_the_function(content)
    if isinstance(ours, Mapping):
        assert (ours, 0) == (theirs, count)
    else:
        assert (ours[:100], len(ours)) == (theirs, count)
    return ours


def test_both_readings_agree_on_drawn_files(request: pytest.FixtureRequest) -> None:
    rules: Counter[str] = Counter()
    valid = 0

    def check(content: bytes) -> None:
        nonlocal valid
        found = agree(content)
        if isinstance(found, Mapping):
            valid += len(found)
        else:
            rules.update(one.rule for one in found)

    number = check_drawn(request, "files", files(), check)
    number += check_drawn(request, "files", mostly_valid_files(), check, share=2)
    if number >= 200:
        assert valid
        assert rules.keys() == RULES


def test_a_row_has_the_values_of_its_cells() -> None:
    found = agree(f"{HEADER}\n{GOOD}\n".encode())
    assert found == {2: Content("txn-0001", "2026-11-20T15:40:07.500Z", "acct_1", -1250, "USD", "debit", None)}


@pytest.mark.parametrize(
    ("amount", "currency", "kind", "units"),
    [
        ("7", "JPY", "credit", 7),
        ("7", "USD", "credit", 700),
        ("0.5", "EUR", "debit", -50),
        ("1.234", "KWD", "credit", 1234),
        ("0.0001", "CLF", "debit", -1),
    ],
)
def test_amounts_are_signed_minor_units(amount: str, currency: str, kind: str, units: int) -> None:
    row = f"txn-0001,2026-11-20T15:40:07Z,acct_1,{amount},{currency},{kind},{BANK},x"
    found = agree(f"{HEADER}\n{row}\n".encode())
    assert isinstance(found, Mapping)
    assert found[2].amount == units


def test_an_id_is_met_though_its_row_has_another_problem() -> None:
    wrong = GOOD.replace("12.50", "x")
    assert agree(f"{HEADER}\n{wrong}\n{GOOD}\n".encode()) == [
        Problem(2, "amount", "format"),
        Problem(3, "transaction_id", "duplicate-in-file"),
    ]


def test_only_the_first_problems_of_many_are_shown_and_all_are_counted() -> None:
    body = "\n".join(GOOD.replace("0001", f"{number:04d}").replace("USD", "usd") for number in range(150))
    assert len(agree(f"{HEADER}\n{body}\n".encode())) == 150


@pytest.mark.parametrize("rows_of_a_file", [4_000, 4_001, 40_001])
def test_both_readings_agree_where_ranges_and_files_end(rows_of_a_file: int) -> None:
    body = "\n".join(GOOD.replace("0001", f"{number:05d}") for number in range(rows_of_a_file))
    found = agree(f"{HEADER}\n{body}\n".encode())
    expected = [Problem(40_002, None, "too-many-rows")] if rows_of_a_file > 40_000 else None
    assert len(found) == rows_of_a_file if expected is None else found == expected


def test_the_schema_names_the_same_columns() -> None:
    assert [column["name"] for column in SCHEMA["columns"]] == list(NAMES)
    assert [column["name"] for column in SCHEMA["columns"] if not column["required"]] == list(OPTIONAL)


def test_a_content_s_hash_is_of_all_its_values() -> None:
    one = Content("txn-0001", "2026-11-20T15:40:07.500Z", "acct_1", -1250, "USD", "debit", None)
    others = [replace(one, **change) for change in ({"amount": 1250}, {"description": ""}, {"type": "credit"})]
    assert len({one.sha256, *(other.sha256 for other in others)}) == 4
