"""Card numbers in texts: the schemes' published test numbers, their disguises, and near misses."""

import uuid
from random import Random

import pytest
from shared_python.card_numbers import holds_card_number, passes_luhn

CARDS = (
    *("4111111111111111", "4012888888881881", "4222222222222", "5555555555554444", "2223003122003222"),
    *("378282246310005", "371449635398431", "6011111111111117", "30569309025904", "3530111333300000"),
    *("6304000000000000000", "4000000000000000006"),
)
FULL_WIDTH = str.maketrans("0123456789", "".join(chr(0xFF10 + digit) for digit in range(10)))
ARABIC = str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10)))
DISGUISES = {
    "bare": str,
    "between letters": "x{}y".format,
    "between underscores": "acct_{}_1".format,
    "after a year": "2026-{}".format,
    "full width": lambda card: card.translate(FULL_WIDTH),
    "Arabic": lambda card: card.translate(ARABIC),
    "in fours": lambda card: " ".join(card[at : at + 4] for at in range(0, len(card), 4)),
    "by dashes of all kinds": lambda card: "\u2013".join([card[:4], card[4:10], card[10:]]),
    "in twos": lambda card: ".".join(card[at : at + 2] for at in range(0, len(card), 2)),
}
NEAR_MISSES = (
    *("4111111111111112", "411111111111", "2026-11-20T15:40:07.123Z", "txn-2026-11-20-000001", "20261120-154004"),
    *("4111x1111x1111x1111", "+31 20 123 4567", "41111111-1111-1111-a111-111111111111", ""),
)


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_found_in_every_disguise(card, disguise):
    assert holds_card_number(DISGUISES[disguise](card))


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_is_no_card_number_passes(text):
    assert not holds_card_number(text)


def test_a_number_longer_than_a_card_s_is_searched():
    assert holds_card_number("41111111111111110000")
    assert holds_card_number("0037828224631000599999")


def test_the_end_of_a_long_number_is_no_shorter_card_number():
    # 13 digits that pass at the end of a number are neither 16 nor 15 of them.
    assert not holds_card_number("9" * 8 + "4222222222222")


def test_random_uuids_pass():
    drawn = Random(14)
    ids = [str(uuid.UUID(int=drawn.getrandbits(128), version=4)) for _ in range(500)]
    assert [one for one in ids if holds_card_number(one)] == []


@pytest.mark.parametrize("iban", ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NL91ABNA0417164300"])
def test_a_valid_iban_is_none_and_one_with_wrong_check_digits_is_judged_like_any_text(iban):
    assert not holds_card_number(iban)
    # An IBAN that carries a card number and whose check digits do not hold.
    assert holds_card_number("DE00 4111 1111 1111 1111")


def test_luhn_wants_13_to_19_digits():
    assert passes_luhn("4222222222222")
    assert not passes_luhn("0" * 12)
    assert not passes_luhn("0" * 20)
