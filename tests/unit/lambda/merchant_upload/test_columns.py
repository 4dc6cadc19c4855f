"""The columns of a merchant's file: each cell's edges, in a row that is good otherwise."""

from datetime import UTC, datetime

import pytest
from merchant_upload.validation.columns import schema
from shared_python.csv_file import Problem, Refusal, parse

CREATED = datetime(2026, 11, 20, 15, 40, 7, 123_999, tzinfo=UTC)
GOOD = {
    "transaction_id": "txn-0001",
    "timestamp": "2026-11-20T15:40:07.5+01:00",
    "card_token": "tok_a1",
    "amount": "-12.50",
    "currency": "EUR",
    "country": "NL",
    "merchant_category": "gift-cards",
    "card_present": "false",
    "time_zone": "Europe/Amsterdam",
}
CARD = "4111111111111111"
CELLS = {
    "transaction_id": {
        None: ("A2345678", "a" * 64, "0-_-_-_-", "UP_12345", "upx12345", "20261120-154004", f"x{CARD}0000"),
        "required": ("",),
        "too-long": ("a" * 65,),
        "format": (
            "a234567",
            "-2345678",
            "_2345678",
            "up_12345",
            "=2345678",
            "a 345678",
            "é2345678",
            "a.345678",
            " txn-0001",
        ),
        "card-number": (CARD, "4111-1111-1111-1111", "x_378282246310005"),
    },
    "timestamp": {
        None: ("2000-01-01T00:00:00Z", "2026-11-20T15:45:07.1239Z", "2026-11-20T23:59:00+14:00"),
        "required": ("",),
        "time": ("1999-12-31T23:59:59.999Z", "2026-11-20T15:45:07.124Z", "2026-11-20 15:40:07Z", CARD),
        "format": (" 2026-11-20T15:40:07Z",),
    },
    "card_token": {
        None: ("a23456", "4" * 64, "a-_456"),
        "required": ("",),
        "too-long": ("a" * 65,),
        "format": ("a2345", "-23456", "+23456", "a2345\u0663"),
        "card-number": (CARD, "tok_4111_1111_1111_1111"),
    },
    "amount": {
        None: ("999999999999.99", "-0.01", "5", "05.5"),
        "required": ("",),
        "too-long": ("0." + "1" * 999,),
        "format": ("0", "+1", "1e2", "NaN", "1000000000000", "1,5", "\uff11", CARD),
        "decimals": ("1.000", "0.001"),
    },
    "currency": {
        None: ("USD",),
        "required": ("",),
        "currency": ("usd", "XAU", "BGN", "EURO", "=EUR"),
        "format": (" EUR", "EUR ", "E\tR"),
        "card-number": (CARD,),
    },
    "country": {
        None: ("US", "GB"),
        "required": ("",),
        "country": ("us", "UK", "EU", "XK", "USA"),
        "format": ("NL ",),
        "card-number": (CARD,),
    },
    "merchant_category": {
        None: ("ab", "a" * 32, "a-9", "crypto"),
        "required": ("",),
        "too-long": ("a" * 33,),
        "formula": ("=food", "+food", "-food", "@food", "\tfood", f"={CARD}"),
        "format": ("a", "9a", "Food", "a_b", "a b", "food "),
        "card-number": (f"a{CARD}",),
    },
    "card_present": {
        None: ("true",),
        "required": ("",),
        "format": ("True", "1", "yes", "true "),
        "card-number": (CARD,),
    },
    "time_zone": {
        None: ("", "UTC", "US/Pacific"),
        "time-zone": ("utc", "Mars/Base", "../UTC", "Factory"),
        "format": (" UTC",),
        "card-number": (CARD,),
        "too-long": ("U" * 1_001,),
    },
}
CASES = [(column, rule, cell) for column, rules in CELLS.items() for rule, cells in rules.items() for cell in cells]


def read(cells: dict[str, str]):
    content = "".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in (cells, cells.values()))
    return parse(content.encode(), schema(CREATED), 10)


@pytest.mark.parametrize(("column", "rule", "cell"), CASES)
def test_a_cell_breaks_one_rule_or_none(column, rule, cell):
    (row,) = read({**GOOD, column: cell}).rows
    assert row.problems == ((Problem(2, column, rule),) if rule else ())


@pytest.mark.parametrize("column", GOOD)
def test_only_the_time_zone_may_be_left_out(column):
    found = read({name: cell for name, cell in GOOD.items() if name != column})
    assert column == "time_zone" or found == Refusal(1, "header")
    if column == "time_zone":
        assert next(found.rows).values["time_zone"] is None


@pytest.mark.parametrize("column", GOOD)
def test_a_card_number_in_any_cell_is_noticed(column):
    (row,) = read({**GOOD, column: CARD}).rows
    assert row.problems
    assert row.holds_card_number


def test_a_valid_row_has_typed_values():
    (row,) = read(GOOD).rows
    assert {name: repr(value) for name, value in row.values.items()} == {
        **{name: repr(cell) for name, cell in GOOD.items()},
        "timestamp": "1795185607500",
        "amount": "Decimal('-12.50')",
        "card_present": "False",
    }
