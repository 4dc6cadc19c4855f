"""A file by a schema: refused whole, or its rows with at most one problem a cell."""

import pytest
from shared_python.card_numbers import id_holds_card_number
from shared_python.csv_file import Column, Parsed, Problem, Refusal, Relation, Schema, checks, parse
from shared_python.csv_file import refused_holds_card_number as anywhere

CARD = "4111111111111111"
SCHEMA = Schema(
    columns=(
        Column("id", True, 40, checks.pattern("[a-z0-9-]{2,40}"), id_holds_card_number),
        Column("amount", True, 1_000, checks.amount, None),
        Column("currency", True, 1_000, checks.currency),
        Column("note", False, 1_000, checks.pattern("[^!]*"), free=True),
    ),
    relations=(Relation("amount", "currency", checks.decimals, checks.decimals_fit, "decimals"),),
)
HEADERS = {
    "id,amount,currency": None,
    "note,currency,amount,id": None,
    " id,amount ,  currency  ": None,
    '"id","amount"," currency"': None,
    "id,amount": "header",
    "id,amount,currency,memo": "header",
    "id,amount,currency,id": "header",
    "id,amount,currency,": "header",
    "id,amount,currency, ": "header",
    "ID,amount,currency": "header",
    "\tid,amount,currency": "header",
    "\u00a0id,amount,currency": "header",
    "id;amount;currency": "header",
    "x-1,2.50,EUR": "header",
    '"a\nid",amount,currency': "header",
    "id,amount,currency,cvv": "card-number",
    "id,amount,currency,CVC2": "card-number",
    "id,amount,currency,card_cvv": "card-number",
    "pan,amount,currency": "card-number",
    "id,amount,currency,Track": "card-number",
    "id,amount,currency,track_2": "card-number",
    "id,amount,currency,Card Number": "card-number",
    "id,amount,currency,\uff43\uff56\uff56": "card-number",
    "x-1,2.50,4111 1111 1111 1111": "card-number",
    "id,amount,currency,span": "header",
    "id,amount,currency,pancake": "header",
}
# A row's cells: id, amount, currency, note; the problems by column; whether the row holds a card number.
ROWS = {
    "good": ("x-1,2.50,EUR,tea", {}, False),
    "an optional cell is absent": ("x-1,2.50,EUR,", {}, False),
    "required": (",2.50,,", {"id": "required", "currency": "required"}, False),
    "required, empty in quotes": ('"",2.50,EUR,', {"id": "required"}, False),
    "a space is no empty cell": ("x-1,2.50, ,", {"currency": "format"}, False),
    "too long": ("x" * 41 + ",2.50,EUR,", {"id": "too-long"}, False),
    "just not too long": ("x" * 40 + ",2.50,EUR," + "é" * 1_000, {}, False),
    "too long for any cell": ("x-1,2.50,EUR," + "\U0001f4b3" * 1_001, {"note": "too-long"}, False),
    "too long before formula": ("x-1,2.50,EUR," + "=" * 1_001, {"note": "too-long"}, False),
    "too long, with a card number": ("x-1,2.50,EUR," + "x" * 2_000 + CARD, {"note": "too-long"}, True),
    "a formula": ("x-1,2.50,EUR,=1+1", {"note": "formula"}, False),
    "a formula begins with plus": ("x-1,2.50,EUR,+1", {"note": "formula"}, False),
    "a formula begins with minus": ("x-1,2.50,EUR,-1", {"note": "formula"}, False),
    "a formula begins with at": ("x-1,2.50,EUR,@a", {"note": "formula"}, False),
    "a formula begins with a tab": ("x-1,2.50,EUR,\ta", {"note": "formula"}, False),
    "a formula begins with CR": ('x-1,2.50,EUR,"\r\na"', {"note": "formula"}, False),
    "LF begins no formula": ('x-1,2.50,EUR,"\na"', {}, False),
    "an id is no free text": ("=1,2.50,EUR,", {"id": "format"}, False),
    "a formula before a card number": (f"x-1,2.50,EUR,-{CARD}", {"note": "formula"}, True),
    "a card number": (f"x-1,2.50,EUR,card {CARD}", {"note": "card-number"}, True),
    "a card number before format": (f"x-1,2.50,EUR,!{CARD}", {"note": "card-number"}, True),
    "a card number before what is special": (f"x-1,2.50,{CARD},", {"currency": "card-number"}, True),
    "a card number in an id": (f"x-{CARD},2.50,EUR,", {"id": "card-number"}, True),
    "a long number in an id": (f"x-{CARD}0000,2.50,EUR,", {}, False),
    "a long number in a text": (f"x-1,2.50,EUR,{CARD}0000", {"note": "card-number"}, True),
    "an IBAN": ("x-1,2.50,EUR,DE89 3704 0044 0532 0130 00", {}, False),
    "an amount is no card number, but may hide one": (f"x-1,{CARD},EUR,", {"amount": "format"}, True),
    "format": ("X-1,2.50,EUR,a!", {"id": "format", "note": "format"}, False),
    "what is special": ("x-1,2.50,EURO,", {"currency": "currency"}, False),
    "decimals": ("x-1,2.500,EUR,", {"amount": "decimals"}, False),
    "decimals of an unknown currency": ("x-1,2.500,eur,", {"currency": "currency"}, False),
    "decimals beside another problem": ("X-1,2.500,EUR,", {"id": "format", "amount": "decimals"}, False),
    "a cell too few": ("x-1,2.50,EUR", {None: "columns"}, False),
    "a cell too many": ("x-1,2.50,EUR,tea,", {None: "columns"}, False),
    "columns, and nothing else": ("X-1,0", {None: "columns"}, False),
    "columns, with a card number": (f"x-1,2.50,EUR,tea,{CARD}", {None: "columns"}, True),
}


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_is_judged(header):
    found = parse(f"\n{header}\nx-1,1,EUR\n".encode(), SCHEMA, 10)
    expected = HEADERS[header]
    assert found == Refusal(2, expected) if expected else isinstance(found, Parsed)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_judged(name):
    cells, expected, holds_card_number = ROWS[name]
    (row,) = parse(f"id,amount,currency,note\n\n{cells}\n".encode(), SCHEMA, 10).rows
    assert row.problems == tuple(Problem(3, column, rule) for column, rule in expected.items())
    assert (row.line, row.holds_card_number) == (3, holds_card_number)


def test_problems_stand_in_the_file_s_order():
    (row,) = parse(b"currency,id,amount\neur,X,0\n", SCHEMA, 10).rows
    assert [problem.column for problem in row.problems] == ["currency", "id", "amount"]


def test_a_column_that_is_left_out_has_the_value_none():
    (row,) = parse(b"currency,id,amount\nEUR,x-1,1\n", SCHEMA, 10).rows
    assert row.values["note"] is None


@pytest.mark.parametrize("content", ["", "\n\r\n", "\ufeff", "id,amount,currency", "id,amount,currency\r\n\r\n"])
def test_a_file_without_records_is_refused(content):
    assert parse(content.encode(), SCHEMA, 10) == Refusal(1, "no-rows")


def test_too_many_rows_are_refused_at_the_first_that_is_too_many():
    two = b"\nid,amount,currency\n\nx-1,1,EUR\nbroken\n"
    assert parse(two, SCHEMA, 2).count == 2
    assert parse(two + b"\nx-3,1,EUR\nx-4,1,EUR\n", SCHEMA, 2) == Refusal(7, "too-many-rows")


def test_the_whole_file_is_judged_before_any_row():
    rows = b"id,amount,currency\nx-1,1,EUR\n" * 3
    assert parse(rows + b'"', SCHEMA, 2) == Refusal(7, "quotes")
    assert parse(b"cvv\n" + rows + b"\xff", SCHEMA, 2) == Refusal(8, "encoding")
    assert parse(b"memo\n" + rows, SCHEMA, 2) == Refusal(1, "header")


def test_rows_are_judged_when_they_are_asked_for():
    parsed = parse(b"id,amount,currency\nx-1,1,EUR\nx-2,0,EUR\n", SCHEMA, 10)
    assert (parsed.count, next(parsed.rows).line, next(parsed.rows).line) == (2, 2, 3)
    assert list(parsed.rows) == []


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (f"memo\n{CARD}\n".encode(), True),
        (b'memo\n"4111,1111\n1111,1111"\n', True),
        (f'"memo\nx{CARD}'.encode(), True),
        (f"a\r{CARD}\r".encode(), True),
        (f"\0é,{CARD}".encode("latin-1"), True),
        (CARD.encode("utf-16"), True),
        (b"memo\n4111\n1111\n1111\n1111\n", False),
        (b'memo\n"4111,1111', False),
        (b"", False),
    ],
)
def test_a_refused_file_is_searched_for_card_numbers(content, found):
    assert anywhere(content) is found
