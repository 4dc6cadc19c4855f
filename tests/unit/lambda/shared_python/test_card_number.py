"""Card numbers are found in every disguise that the TypeScript functions find them in."""

import uuid

import pytest
from shared_python.card_number import contains_card_number, token_contains_card_number

CARDS = [
    *("4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005"),
    *("6011111111111117", "30569309025904", "3530111333300000", "6304000000000000000", "4000000000000000006"),
]
SEPARATORS = [*" .-_/,|\t\n", "\u00a0", "\u2013", "\u200b", "\u00ad", "\ufeff", "\u0301", "\U0001f4b3", " - "]
SCRIPTS = [0x660, 0x6F0, 0x966, 0x1D7CE, 0x7C0, 0xFF10]
TOKENS = [
    *("4111-1111-11111111", "4111_1111_1111_1111", "411111-1111111111", "41-11-11-11-11-11-11-11"),
    *("acct-4111-1111-1111-1111", "4111-1111-1111-1111z", "2026-4111-1111-1111-1111"),
    *("txn_2026-11-20_4111111111111111", "12-4111-1111-1111-1111-34"),
]
NEAR_MISSES = [
    *("4111111111111112", "411111111111", "2026-11-20T15:40:07.123Z", "txn-2026-11-20-000001", "20261120-154004"),
    *("txn_2026-11-20_15-40-07-0007", "a4111-1111-1111-1112", "4111x1111x1111x1111", "+31 20 123 4567", ""),
    *("3f2b8c1e-5d4a-4b6f-9e1d-2c3b4a5f6e7d", "41111111-1111-1111-a111-111111111111"),
]


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_found_bare_and_in_a_sentence(card):
    for text in (card, f"x{card}y", f"acct_{card}_1", f"2026-{card}", f"card: {card}, thanks"):
        assert contains_card_number(text), text


@pytest.mark.parametrize("separator", SEPARATORS)
def test_whatever_stands_between_the_groups(separator):
    assert contains_card_number(separator.join(["4111", "1111", "1111", "1111"]))
    assert contains_card_number("m" + separator.join(["3782", "822463", "10005"]))


@pytest.mark.parametrize("zero", SCRIPTS)
def test_digits_of_other_scripts(zero):
    assert contains_card_number("".join(chr(zero + int(digit)) for digit in CARDS[0]))
    # Eight characters that stand for two digits each.
    assert contains_card_number("\u32b6" + "\u246a" * 7)


@pytest.mark.parametrize("text", TOKENS)
def test_in_identifiers_too(text):
    assert token_contains_card_number(text)
    assert contains_card_number(text.replace("-", " "))


def test_inside_of_a_longer_number_but_not_of_an_identifiers():
    for text in ("41111111111111110000", "0037828224631000599999"):
        assert contains_card_number(text)
    assert not token_contains_card_number("41111111111111110000")


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_a_near_miss_is_let_through(text):
    assert not contains_card_number(text)
    assert not token_contains_card_number(text)


def test_uuids_with_a_letter_are_let_through():
    ids = [str(uuid.UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC834 % 2**128)) for number in range(1, 500)]
    assert [one for one in ids if contains_card_number(one)] == []
