"""A bank's file: each cell's edges, the whole file's, the order of problems, and ranges of whole records."""

import csv
import io
import itertools
from datetime import UTC, date, datetime

import pytest
from bank_upload.file import LIMITS, RULES, SCHEMA, Judged, judge_file, rows
from bank_upload.items import MOST_PROBLEMS, MOST_RANGES, RANGE_ROWS
from hypothesis import example, given
from hypothesis import strategies as st
from shared_python.csv_file import Problem

BANK, DAY = "first-bank", date(2026, 11, 20)
RECEIVED = datetime(2026, 11, 20, 15, 40, 7, 123_000, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 1, tzinfo=UTC)
CARD = "4111111111111111"
GOOD = {
    "transaction_id": "txn-0001",
    "timestamp": "2026-11-20T15:40:07Z",
    "account_token": "acct_1",
    "amount": "12.50",
    "currency": "EUR",
    "type": "debit",
    "bank_id": BANK,
    "description": "",
}
CELLS = {
    "transaction_id": {
        None: ("A2345678", "a" * 64, "0-_-_-_-", "20261120-154004", f"x{CARD}0000"),
        "required": ("",),
        "too-long": ("a" * 65,),
        "format": ("a234567", "-2345678", "_2345678", "=2345678", "a 345678", "é2345678", " txn-0001", "txn-0001\n"),
        "card-number": (CARD, "4111-1111-1111-1111", "x_378282246310005"),
    },
    "timestamp": {
        None: (
            "2026-11-20T00:00:00Z",
            "2026-11-20T15:45:07.1239Z",
            "2026-11-21T00:30:00+14:00",
            "2026-11-20T00:00:00.9Z",
        ),
        "required": ("",),
        "time": (
            *("2026-11-19T23:59:59.999Z", "2026-11-20T15:45:07.124Z", "2026-11-20T23:59:59Z", "2026-11-21T00:00:00Z"),
            *("2026-11-20 15:40:07Z", "2026-11-20T15:40:07", "2026-11-20T00:30:00+01:00", "2026-11-20T15:40:60Z", CARD),
        ),
        "format": (" 2026-11-20T15:40:07Z",),
        "too-long": ("2" * 1_001,),
    },
    "account_token": {
        None: ("a23456", "4" * 64, "a-_456"),
        "required": ("",),
        "too-long": ("a" * 65,),
        "format": ("a2345", "-23456", "+23456", "a2345\u0663"),
        "card-number": (CARD, "tok_4111_1111_1111_1111"),
    },
    "amount": {
        None: ("999999999999.99", "0.01", "5", "05.5"),
        "required": ("",),
        "too-long": ("0." + "1" * 999,),
        "format": ("0", "0.00", "-1", "-0.01", "+1", "1e2", "NaN", "1000000000000", "1,5", "1,000.00", "\uff11", CARD),
        "decimals": ("1.000", "0.001"),
    },
    "currency": {
        None: ("USD",),
        "required": ("",),
        "currency": ("usd", "XAU", "BGN", "EURO", "=EUR"),
        "format": (" EUR", "EUR "),
        "card-number": (CARD,),
    },
    "type": {
        None: ("credit",),
        "required": ("",),
        "format": ("Debit", "debit ", "=debit", "refund"),
        "card-number": (CARD,),
    },
    "bank_id": {
        "required": ("",),
        "bank": ("other-bank", "first-bank2"),
        "format": ("First-bank", "fb", "9bank", "first_bank", "=first-bank", " first-bank"),
        "too-long": ("b" * 33,),
        "card-number": (f"b-{CARD}",),
    },
    "description": {
        None: (
            "x" * 140,
            "é" * 140,
            "\U0001f4b3",
            'say ""no""',
            "a,b",
            "a\nb",
            "a\r\nb",
            "DE89 3704 0044 0532 0130 00",
        ),
        "too-long": ("x" * 141, "=" * 141),
        "formula": ("=1+1", "+1", "-1", "@a", "\ta", f"={CARD}"),
        "format": (" a", "a ", "a\x07b", "a\x9f", "\u00a0a", "\x0b"),
        "card-number": (f"card {CARD}", f"{CARD}0000", "4111 1111 1111 1111", "\uff14" + CARD[1:]),
    },
}
CASES = [(column, rule, cell) for column, rules in CELLS.items() for rule, cells in rules.items() for cell in cells]
HEADER = ",".join(GOOD)
ROW = ",".join(GOOD.values())


def row(number: int, **cells: str) -> str:
    return ",".join({**GOOD, "transaction_id": f"txn-{number:05d}", **cells}.values())


def judged(*lines: str, end: str = "\n", **around) -> Judged:
    content = end.join([HEADER, *lines, ""]).encode()
    return judge_file(content, **{"bank": BANK, "report_date": DAY, "received": RECEIVED, **around})


@pytest.mark.control("BU_VALIDATE", "BU_NO_PAN", "BU_BAD_INPUT")
@pytest.mark.parametrize(("column", "rule", "cell"), CASES)
def test_a_cell_breaks_one_rule_or_none(column, rule, cell):
    found = judged(",".join(f'"{one}"' for one in {**GOOD, column: cell}.values()))
    assert list(found.problems) == ([Problem(2, column, rule)] if rule else [])
    assert found.problem_count == bool(rule)


@pytest.mark.parametrize(("decimals", "currency"), [(0, "JPY"), (2, "USD"), (3, "KWD"), (4, "CLF")])
def test_an_amount_has_at_most_its_currency_s_decimals(decimals, currency):
    whole = f"1.{'0' * decimals}".rstrip(".")
    found = judged(row(1, currency=currency, amount=whole), row(2, currency=currency, amount=f"{whole:.<2}0"))
    assert [tuple(problem) for problem in found.problems] == [(3, "amount", "decimals")]


@pytest.mark.control("BU_VALIDATE")
@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        (b"", 1, "no-rows"),
        (f"{HEADER}\n".encode(), 1, "no-rows"),
        (f"\n{HEADER.replace('type', 'kind')}\n{ROW}".encode(), 2, "header"),
        (f"{HEADER},cvv\n{ROW},1".encode(), 1, "card-number"),
        (f"{HEADER}\n{ROW}é".encode("latin-1"), 2, "encoding"),
        (f"{HEADER}\n{ROW}\r{ROW}".encode(), 2, "encoding"),
        (f'{HEADER}\n{ROW}"'.encode(), 2, "quotes"),
        ("\n".join([HEADER, *[ROW] * 40_001]).encode(), 40_002, "too-many-rows"),
        (HEADER.encode() + b"\n" * 4_500_000, 1, "too-large"),
    ],
)
def test_a_file_is_refused_as_a_whole(content, line, rule):
    found = judge_file(content, BANK, DAY, RECEIVED)
    assert found == Judged(None, (Problem(line, None, rule),), 1)


def test_problems_are_in_the_order_of_lines_and_of_the_file_s_columns():
    content = 'type,amount,"currency",transaction_id,bank_id,account_token,timestamp\r\n' + "\r\n".join(
        [
            "",
            f"Debit,1.001,EUR,short,{BANK},acct_1,2026-11-20T15:40:07Z",
            'a,"b\r\n"',
            f'debit,1,EUR,txn-00001,{BANK},acct_1,"2026-11-20T15:40:07Z"',
            "debit,x,eur,txn-00001,other,acct_1,2026-11-20T15:40:07Z",
        ]
    )
    found = judge_file(content.encode(), BANK, DAY, RECEIVED)
    assert [tuple(problem) for problem in found.problems] == [
        *((3, "type", "format"), (3, "amount", "decimals"), (3, "transaction_id", "format"), (4, None, "columns")),
        *((7, "amount", "format"), (7, "currency", "currency"), (7, "transaction_id", "duplicate-in-file")),
        (7, "bank_id", "bank"),
    ]
    assert (found.rows, found.problem_count, found.ranges) == (4, 8, ())


def test_an_id_is_repeated_whatever_else_is_wrong_with_its_rows():
    found = judged(row(1, type="x"), row(2), row(1), *(row(number) for number in range(3, 6_000)), row(1))
    assert [tuple(problem) for problem in found.problems] == [
        (2, "type", "format"),
        *((line, "transaction_id", "duplicate-in-file") for line in (4, 6_002)),
    ]


def test_the_first_hundred_of_all_problems_are_kept_and_all_are_counted():
    found = judged(*(row(number, type="x", bank_id="y") if number % 2 else "z" for number in range(12_000)))
    expected = [
        (line, *problem)
        for line in range(2, 200)
        for problem in ([("type", "format"), ("bank_id", "format")] if line % 2 else [(None, "columns")])
    ]
    assert [tuple(problem) for problem in found.problems] == expected[:MOST_PROBLEMS]
    assert found.problem_count == 18_000


def test_a_repeat_is_judged_by_the_time_of_the_first():
    late = row(1, timestamp="2026-11-20T23:59:59.999Z")
    assert judged(late).problem_count == 1
    assert judged(late, received=LATER).problem_count == 0


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_ranges_hold_all_rows_with_their_lines(end):
    lines = [row(number, description=f'"é{end}{number}"' if number % 3 == 0 else "") for number in range(9_000)]
    content = "\ufeff".encode() + end.join([HEADER, "", *lines[:5_000], "", "", *lines[5_000:]]).encode()
    found = judge_file(content, BANK, DAY, RECEIVED)
    assert [(one.number, one.rows) for one in found.ranges] == [(0, 4_000), (1, 4_000), (2, 1_000)]
    read = [one for part in found.ranges for one in rows(content[part.start : part.end], found.columns, part.line)]
    assert [one.transaction_id for one in read] == [f"txn-{number:05d}" for number in range(9_000)]
    physical = content.decode("utf-8-sig").split("\n")
    assert all(physical[one.line - 1].startswith(one.transaction_id) for one in read)
    assert read[0] == (3, "txn-00000", "2026-11-20T15:40:07.000Z", "acct_1", -1250, "EUR", "debit", f"é{end}0")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"type": "credit", "amount": "7", "currency": "JPY"}, {"amount": 7}),
        ({"amount": "0.5", "currency": "KWD"}, {"amount": -500}),
        ({"timestamp": "2026-11-20T15:40:07.1239+01:00"}, {"timestamp": "2026-11-20T14:40:07.123Z"}),
        ({"timestamp": "2026-11-20T15:40:07.5Z"}, {"timestamp": "2026-11-20T15:40:07.500Z"}),
        ({"description": '"=no, but ""quoted"""'}, {"description": '=no, but "quoted"'}),
        ({}, {"description": None}),
    ],
)
def test_rows_are_typed(cells, expected):
    (found,) = rows(row(1, **cells).encode(), tuple(GOOD), 2)
    assert {name: getattr(found, name) for name in expected} == expected


def test_an_optional_column_may_be_left_out():
    content = "\n".join(line.rpartition(",")[0] for line in (HEADER, row(1))).encode()
    found = judge_file(content, BANK, DAY, RECEIVED)
    (part,) = found.ranges
    (read,) = rows(content[part.start : part.end], found.columns, part.line)
    assert read.description is None


# Texts that a file may hold in a description.
TEXTS = st.text(st.sampled_from('ab,"\né'), max_size=6).filter(lambda text: text == text.strip())


@given(
    st.lists(st.tuples(TEXTS, st.booleans(), st.integers(0, 2)), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
)
@example([('a"b', True, 1), ("", True, 0)], "\r\n")
def test_what_the_csv_module_writes_is_read(drawn, end):
    out = io.StringIO()
    out.write(HEADER + end)
    expected = []
    for number, (text, quoted, empty) in enumerate(drawn):
        out.write(end * empty)
        line = out.getvalue().count("\n") + 1
        style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
        csv.writer(out, lineterminator=end, quoting=style).writerow(
            {**GOOD, "transaction_id": f"txn-{number:05d}", "description": text}.values()
        )
        expected.append((line, f"txn-{number:05d}", text or None))
    content = out.getvalue().encode()
    found = judge_file(content, BANK, DAY, RECEIVED)
    assert found.problem_count == 0
    read = list(
        itertools.chain.from_iterable(
            rows(content[part.start : part.end], found.columns, part.line) for part in found.ranges
        )
    )
    assert [(one.line, one.transaction_id, one.description) for one in read] == expected


def test_the_schema_says_what_the_systems_do():
    assert LIMITS["ranges"] == MOST_RANGES
    assert LIMITS["rowsOfRange"] == RANGE_ROWS
    assert LIMITS["problemsShown"] == MOST_PROBLEMS
    assert LIMITS["rows"] == MOST_RANGES * RANGE_ROWS
    assert {rule for rules in CELLS.values() for rule in rules if rule} < RULES.keys()
    assert [column["name"] for column in SCHEMA["columns"]] == list(GOOD)
