"""The public CSV layout becomes requests, and mistakes in a file are reported with their line."""

from pathlib import Path

import pytest

from hallmark.systems.realtime.cards.card_csv import COLUMNS, read_transactions
from hallmark.systems.realtime.cards.tokens import token
from hallmark.systems.realtime.cards.transaction import Transaction
from infra.errors import UserError

HEADER = ",".join(COLUMNS)
ROW = {
    "User": "3", "Card": "1", "Year": "2020", "Month": "7", "Day": "4", "Time": "6:21", "Amount": "$12.50",
    "Use Chip": "Chip Transaction", "Merchant Name": "1", "Merchant City": "Somewhere", "Merchant State": "CA",
    "Zip": "90001", "MCC": "5411", "Errors?": "", "Is Fraud?": "No",
}  # fmt: skip


def row(**changes: str) -> str:
    fields = {**ROW, **{name.replace("_", " "): value for name, value in changes.items()}}
    return ",".join(fields[column] for column in COLUMNS)


def read(folder: Path, *rows: str, header: str = HEADER) -> list[Transaction]:
    path = folder / "cards.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return list(read_transactions(path))


PLACES = [
    ("CA", "6:21", "2020-07-04T13:21:00.000Z", "US", "us-west-2"),
    ("NY", "06:21", "2020-07-04T10:21:00.000Z", "US", "us-east-1"),
    ("HI", "6:21", "2020-07-04T16:21:00.000Z", "US", "us-west-2"),
    ("", "6:21", "2020-07-04T13:21:00.000Z", "US", "us-west-2"),
    ("QQ", "6:21", "2020-07-04T13:21:00.000Z", "US", "us-east-1"),
    ("Mexico", "6:21", "2020-07-04T11:21:00.000Z", "MX", "eu-central-1"),
    ("Japan", "6:21", "2020-07-03T21:21:00.000Z", "JP", "eu-central-1"),
    ("Vatican City", "6:21", "2020-07-04T04:21:00.000Z", "VA", "eu-central-1"),
    ("Kosovo", "6:21", "2020-07-04T04:21:00.000Z", "XK", "eu-central-1"),
    ("Atlantis", "6:21", "2020-07-04T06:21:00.000Z", "ZZ", "eu-central-1"),
]


@pytest.mark.parametrize(("state", "time", "ts", "country", "region"), PLACES)
def test_place_and_time(tmp_path: Path, state: str, time: str, ts: str, country: str, region: str) -> None:
    [found] = read(tmp_path, row(Merchant_State=state, Time=time))
    fields = found.fields()
    assert (fields["ts"], fields["country"], fields["region"]) == (ts, country, region)
    assert fields["cardholderTimeZone"] == "America/Los_Angeles"


CLOCK_CHANGES = [
    pytest.param("3", "8", "2:30", "2020-03-08T10:30:00.000Z", id="in the gap: the offset before it"),
    pytest.param("11", "1", "1:30", "2020-11-01T08:30:00.000Z", id="twice: the first"),
]


@pytest.mark.parametrize(("month", "day", "time", "ts"), CLOCK_CHANGES)
def test_changes_of_the_clock(tmp_path: Path, month: str, day: str, time: str, ts: str) -> None:
    [found] = read(tmp_path, row(Month=month, Day=day, Time=time))
    assert found.fields()["ts"] == ts


CATEGORIES = [
    ("4812", "electronics"), ("4813", "utilities"), ("5045", "electronics"), ("5731", "furnishings"),
    ("5732", "electronics"), ("5735", "electronics"), ("5736", "furnishings"), ("5094", "luxury"),
    ("5944", "luxury"), ("6051", "crypto"), ("6050", "financial-services"), ("5411", "groceries"),
    ("3780", "lodging"), ("0", "other"), ("99999", "other"), ("", "other"), ("abc", "other"), ("²", "other"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "category"), CATEGORIES)
def test_merchant_categories(tmp_path: Path, code: str, category: str) -> None:
    [found] = read(tmp_path, row(MCC=code))
    assert found.merchant_category == category


AMOUNTS = [("$12.50", 12.5), ("12.5", 12.5), ("$-99.00", -99.0), ("-0.01", -0.01), ("$1000", 1000.0)]


@pytest.mark.parametrize(("text", "amount"), AMOUNTS)
def test_amounts(tmp_path: Path, text: str, amount: float) -> None:
    [found] = read(tmp_path, row(Amount=text))
    assert found.fields()["amount"] == amount
    assert found.currency == "USD"


@pytest.mark.parametrize(("use", "absent"), [("Swipe", False), ("Chip", False), ("Online", True)])
def test_presence_of_the_card(tmp_path: Path, use: str, absent: bool) -> None:
    [found] = read(tmp_path, row(Use_Chip=f"{use} Transaction"))
    assert found.card_not_present is absent


@pytest.mark.control("RT_NO_PAN")
def test_equal_rows_have_ids_of_their_own_made_of_letters(tmp_path: Path) -> None:
    first = read(tmp_path, row(), row(), row(Card="2"))
    assert first == read(tmp_path, row(), row(), row(Card="2"))
    assert len({transaction.transaction_id for transaction in first}) == 3
    assert all(transaction.transaction_id.isalpha() for transaction in first)
    assert first[0].account_id == first[1].account_id != first[2].account_id


FIELDS = [[], [""], ["3", "1"], ["1" * 16] * 20, ["\x1f", "\0"], ["Grüße", "٣", "\U0001d7db\u200d", "\ufffe"]]


@pytest.mark.parametrize("fields", FIELDS, ids=range(len(FIELDS)))
def test_tokens_are_letters_and_depend_on_the_number(fields: list[str]) -> None:
    names = [token(*fields, number, length=32) for number in (*range(1, 100), 10**9)]
    assert all(len(name) == 32 and set(name) <= set("abcdefghijklmnop") for name in names)
    assert len(set(names)) == len(names)


MISTAKES = [
    pytest.param(row(Amount="12.345"), "cards.csv:3: `Amount`", id="amount"),
    pytest.param(row(Month="13"), "cards.csv:3: `Year`", id="month"),
    pytest.param(row(Time="noon"), "cards.csv:3: `Time`", id="time"),
    pytest.param(row(Use_Chip="Telepathy"), "cards.csv:3: `Use Chip`", id="use"),
    pytest.param("1,2,3", "cards.csv:3: 3 columns instead of 15", id="columns"),
    pytest.param("", "cards.csv:3: 0 columns instead of 15", id="empty line"),
]


@pytest.mark.parametrize(("bad", "message"), MISTAKES)
def test_an_unreadable_row_is_told_by_its_line(tmp_path: Path, bad: str, message: str) -> None:
    with pytest.raises(UserError, match="Correct or remove this row") as caught:
        read(tmp_path, row(), bad, row())
    assert message in str(caught.value)


def test_another_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cards\.csv:1: the header must be"):
        read(tmp_path, row(), header="a,b,c")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.csv"):
        with pytest.raises(UserError, match="Give the path of a CSV file"):
            list(read_transactions(path))
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not UTF-8 text"):
        list(read_transactions(binary))
