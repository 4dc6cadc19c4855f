"""Card numbers, wherever they are: no answer, log, item or hash says them."""

import importlib
import json

import pytest

from tests.integration.screening import borders
from tests.integration.screening.contract import VALID, WHOLE

there = importlib.import_module("tests.unit.lambda.screening.arriving")
pytestmark = pytest.mark.control("SC_VALIDATE")
CARD = "4111111111111111"
SPELLED = {
    "bare": CARD,
    "number": int(CARD),
    "float": float(CARD),
    "decimals": 4111.111111111111,
    "fraction": 0.4111111111111111,
    "exponent": 4.111111111111111e17,
    "exponent and zeros": 4.11111111115e16,
    "in fours": "4111 1111 1111 1111",
    "by dashes": "4111-1111-1111-1111",
    "by line ends": "4111\n1111\r\n1111\t1111",
    "in a sentence": "paid with 4111.1111.1111.1111, thanks",
    "full width": "".join(chr(0xFF10 + int(digit)) for digit in CARD),
    "Arabic": "".join(chr(0x660 + int(digit)) for digit in CARD),
    "in a long number": CARD + "0000",
    "groups in a list": [4111, 1111, 1111, 1111],
    "texts in a list": ["4111", "1111", "1111", "1111"],
    "in an object": {"a": {"b": CARD}},
    "a name": {CARD: 1},
    "a name in fours": {"n": [{"4111 1111 1111 1111": None}]},
    "deep": json.loads("[" * 400 + CARD + "]" * 400),
}
TIMES = ("timestamp", "kyc.verified_at")
FIELDS = ("timestamp", "amount", "currency", "merchant_country", "customer_country")
FIELDS += ("channel", "kyc", "kyc.status", "kyc.verified_at", "lawful_basis", "originator", "originator.name_present")
FIELDS += ("beneficiary", "region", "note", "a b", "kyc.note")


@pytest.fixture(scope="module")
def arriving():
    with pytest.MonkeyPatch.context() as patch:
        yield there.build(patch)


def check(arriving, capsys, transaction, field):
    arriving.empty()
    outcome = arriving.take(transaction)
    said = json.dumps([outcome, arriving.items()], default=str) + capsys.readouterr().out
    assert outcome["answer"]["decision"] == "rejected"
    assert (outcome["answer"]["field"], outcome["answer"]["rule"]) == (field, "card-number")
    for spelled in (CARD, "4111 1111", "4111-1111", "4111.1111", "4111, 1111", "\uff14\uff11"):
        assert spelled not in said


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize("field", FIELDS)
def test_a_card_number_is_refused_and_kept_nowhere(arriving, capsys, field, spelled):
    name = field.partition(".")[0]
    check(
        arriving,
        capsys,
        borders.placed(WHOLE, field, SPELLED[spelled]),
        name if name != "a b" else "(unknown)",
    )


@pytest.mark.parametrize("name", [CARD, "4111 1111 1111 1111", f"n_{CARD}"])
def test_a_name_with_a_card_number_is_refused_and_shown_nowhere(arriving, capsys, name):
    check(arriving, capsys, {**WHOLE, name: 1}, "(unknown)")
    check(arriving, capsys, {**WHOLE, "kyc": {name: 1}}, "kyc")


@pytest.mark.parametrize("field", ["transaction_id", "merchant_id", "customer_id"])
@pytest.mark.parametrize("value", [CARD, "4111-1111-1111-1111", "acct_4111_1111_1111_1111", "41-11-11-11-11-11-11-11"])
def test_an_identifier_in_groups_is_one(arriving, capsys, field, value):
    check(arriving, capsys, {**WHOLE, field: value}, field)


@pytest.mark.parametrize("field", ["transaction_id", "merchant_id", "customer_id"])
@pytest.mark.parametrize(
    "value", ["20261130-154007-000123", CARD + "0000", "3f2b8c1e-5d4a-4b6f-9e1d-2c3b4a5f6e7d", "4111111111111112"]
)
def test_an_identifier_with_a_date_a_sequence_or_a_uuid_is_none(arriving, field, value):
    arriving.empty()
    assert arriving.take({**WHOLE, field: value})["outcome"] == "accepted"


@pytest.mark.parametrize("minute", range(60))
def test_a_time_is_none_whatever_its_digits_are(arriving, minute):
    arriving.empty()
    time = f"2026-11-30T11:{minute:02}:41.1{minute:02}+00:{minute:02}"
    assert arriving.take({**VALID, "timestamp": time})["outcome"] == "accepted"


@pytest.mark.parametrize("field", TIMES)
def test_a_card_number_in_the_fraction_of_a_second_is_one(arriving, capsys, field):
    value = f"2026-11-30T11:00:00.{CARD}Z"
    check(arriving, capsys, borders.placed(WHOLE, field, value), field.partition(".")[0])


def test_a_card_number_beside_a_valid_id_and_time_claims_the_id(arriving):
    arriving.empty()
    arriving.take({**VALID, "note": CARD})
    assert [item["timestamp"] > 0 for item in arriving.items()] == [False, True]
    assert arriving.take(VALID)["answer"]["rule"] == "conflict"


def test_a_card_number_in_the_id_or_the_time_is_written_nowhere(arriving):
    arriving.empty()
    arriving.take({**VALID, "transaction_id": CARD})
    arriving.take({**VALID, "timestamp": f"2026-11-30T11:00:00.{CARD}Z"})
    assert arriving.items() == []
    assert arriving.calls == []
