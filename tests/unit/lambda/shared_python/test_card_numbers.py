"""Card numbers in texts: the schemes' published test numbers, their disguises, and near misses."""

import time
import uuid
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from shared_python.card_numbers import (
    holds_card_number,
    id_holds_card_number,
    names_card_data,
    passes_luhn,
    which_hold,
)

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
    *("txn_2026-11-20_15-40-07-0007", "a4111-1111-1111-1112", "123456789012", "3f2b8c1e-5d4a-4b6f-9e1d-2c3b4a5f6e7d"),
)
# Between the groups whatever a keyboard or a copy from a page brings.
SEPARATORS = (
    *(" ", ".", "-", "_", "\u00a0", "  ", "/", ",", "\t", "\n", "\r\n", "\u2013", "\u200b", "\u00ad", "\ufeff"),
    *(" - ", " | ", "\u0301", "\U0001f4b3"),
)
# The digit zero of Arabic-Indic, Persian, Devanagari, mathematical bold and N'Ko.
ZEROS = (0x660, 0x6F0, 0x966, 0x1D7CE, 0x7C0)
# In other groups than those on a card; identifiers are searched for these, too. card_data.test.ts has the same.
GROUPINGS = (
    *("4111-1111-11111111", "41111111-11111111", "4111_1111_1111_1111", "411111-1111111111", "4111-111111111111"),
    *("41-11-11-11-11-11-11-11", "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "acct-4111-1111-1111-1111", "a4111-1111-1111-1111"),
    *("4111-1111-1111-1111z", "2026-4111-1111-1111-1111", "txn_2026-11-20_4111111111111111"),
    *("12-4111-1111-1111-1111-34", "41111111-1111-1111-1111"),
)


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_found_in_every_disguise(card, disguise):
    assert holds_card_number(DISGUISES[disguise](card))


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_what_is_no_card_number_passes(text):
    assert not holds_card_number(text)
    assert not id_holds_card_number(text)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_anything_but_letters_may_separate_the_groups(separator):
    for groups in (["4111"] + ["1111"] * 3, ["3782", "822463", "10005"]):
        text = separator.join(groups)
        assert all(map(holds_card_number, (text, f"m{text}", f"card: {text}, thanks")))


@pytest.mark.parametrize("zero", ZEROS)
def test_digits_of_other_scripts_are_digits(zero):
    text = "".join(chr(zero + int(digit)) for digit in CARDS[0])
    assert holds_card_number(text)
    assert holds_card_number(text[:8] + CARDS[0][8:])
    assert id_holds_card_number(text)


def test_a_character_may_stand_for_two_digits():
    assert holds_card_number("\u32b6" + "\u246a" * 7)


@pytest.mark.parametrize("separator", "-_")
@pytest.mark.parametrize("text", GROUPINGS)
def test_identifiers_are_searched_in_any_groups(text, separator):
    spelled = text.replace("-", separator)
    assert id_holds_card_number(spelled)
    assert holds_card_number(spelled.replace("-", " ").replace("_", " "))


def test_a_number_longer_than_a_card_s_is_searched():
    assert holds_card_number("41111111111111110000")
    assert holds_card_number("0037828224631000599999")


def test_a_longer_number_in_an_identifier_may_be_a_date_and_a_sequence():
    assert not id_holds_card_number("41111111111111110000")


def test_the_end_of_a_long_number_is_no_shorter_card_number():
    # 13 digits that pass at the end of a number are neither 16 nor 15 of them.
    assert not holds_card_number("9" * 8 + "4222222222222")


def test_random_uuids_pass():
    drawn = Random(14)
    ids = [str(uuid.UUID(int=drawn.getrandbits(128), version=4)) for _ in range(500)]
    assert [one for one in ids if holds_card_number(one)] == []
    with_one_letter = [_with_one_letter(one, which) for which, one in enumerate(ids)]
    assert [one for one in with_one_letter if holds_card_number(one) or id_holds_card_number(f"txn_{one}-1")] == []


def _with_one_letter(one: str, which: int) -> str:
    letters = [at for at, character in enumerate(one) if character in "abcdef"]
    kept = letters[which % len(letters)]
    return "".join(
        str(ord(character) % 10) if at in letters and at != kept else character for at, character in enumerate(one)
    )


@pytest.mark.parametrize("iban", ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NL91ABNA0417164300"])
def test_a_valid_iban_is_none_and_one_with_wrong_check_digits_is_judged_like_any_text(iban):
    assert not holds_card_number(iban)
    assert not id_holds_card_number(iban)
    # An IBAN that carries a card number and whose check digits do not hold.
    assert holds_card_number("DE00 4111 1111 1111 1111")


def test_luhn_wants_13_to_19_digits():
    assert passes_luhn("4222222222222")
    assert not passes_luhn("0" * 12)
    assert not passes_luhn("0" * 20)


@pytest.mark.parametrize(
    "name",
    [
        *("cvv", "CVV2", "cvc", "cid", "card_verification_value", "Security-Code", "PAN", "cardNumber", "card number"),
        *("track", "Track 1", "track_data", "cvv_code", "card_pan", "\uff43\uff56\uff56"),
    ],
)
def test_a_name_of_card_data(name):
    assert names_card_data(name)


@pytest.mark.parametrize("name", ["country", "company", "span", "panel", "accountId", "incident", "card_token", ""])
def test_another_name(name):
    assert not names_card_data(name)


@pytest.mark.parametrize("unit", ["5 ", "5", "1", "1\u200b", "12 ", "\u0669", "a1", "\ufdfa", "1" + " " * 99])
def test_the_search_of_a_long_text_ends_soon(unit):
    text = unit * (65_536 // len(unit.encode()))
    begin = time.process_time()
    holds_card_number(text)
    assert time.process_time() - begin < 2


# What numbers are made of, in texts that nearly hold one.
PIECES = (
    "5",
    "0",
    "37",
    "4111111111111111",
    "20261120",
    "-",
    " ",
    "a",
    "\u00e9",
    "\u0663",
    "\uff11",
    "\u00b2",
    "\u0301",
    "2",
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@pytest.mark.parametrize("rule", [holds_card_number, id_holds_card_number])
@given(texts=st.lists(TEXTS, max_size=6))
@example(texts=["41111111", "11111111", "4111111111111111", "DE89370400440532013000"])
def test_many_texts_are_searched_as_each_by_itself(rule, texts):
    assert which_hold(texts, rule) == [place for place, text in enumerate(texts) if rule(text)]


@given(st.lists(st.sampled_from("0123456789"), min_size=8, max_size=30), st.sampled_from(" -"))
def test_neighbouring_groups_are_found_however_many_there_are(digits, between):
    parts = ["".join(digits[start:end]) for start in range(len(digits)) for end in range(start + 13, len(digits) + 1)]
    whole = "".join(digits)
    expected = any(
        passes_luhn(part) and (part[0] in "3456" or "22" <= part[:2] <= "27" or part == whole) for part in parts
    )
    # A date at the front has its own tests.
    assume(not whole.startswith("20"))
    assert id_holds_card_number(between.join(digits)) is expected
