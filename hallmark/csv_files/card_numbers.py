"""Card numbers in texts, looked for a second time, from docs/card_numbers.md: every candidate is listed, then tried."""

import re
import unicodedata
from collections.abc import Iterator

_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_ISSUERS = ("3", "4", "5", "6", "22", "23", "24", "25", "26", "27")
_CODE_NAMES = ("cvv", "cvv2", "cvc", "cvc2", "cvn", "cvn2", "cav2")
_TRACK_NAMES = ("track", "track1", "track2", "track3")
_WORDS = (*_CODE_NAMES, *_TRACK_NAMES, "pan")
_NAMES = (
    *("cid", "csc", "securitycode", "cardsecuritycode", "cardverificationvalue", "cardverificationcode"),
    *("primaryaccountnumber", "cardnumber", "cardno", "cardnum", "ccnumber", "ccnum"),
    *("creditcardnumber", "debitcardnumber", "trackdata", "pin", "pinblock"),
)


def holds_card_number(text: str, is_identifier: bool = False) -> bool:
    """Return whether a text, or an identifier, holds a card number."""
    if _is_iban(text):
        return False
    return any(_is_valid(candidate) for run in _runs(text) for candidate in _candidates(run, is_identifier))


def is_card_data_name(name: str) -> bool:
    """Return whether a column of this name would hold card data, however the name is written."""
    plain = unicodedata.normalize("NFKC", name).lower()
    words = "".join(character if character in "abcdefghijklmnopqrstuvwxyz0123456789" else " " for character in plain)
    return any(word in _WORDS for word in words.split()) or words.replace(" ", "") in (*_WORDS, *_NAMES)


def _runs(text: str) -> list[list[str]]:
    """Return the runs of digits between letters, each as its groups."""
    for found in reversed(list(_UUID.finditer(text))):
        begin, end = found.span()
        around = text[:begin][-1:] + text[end:][:1]
        stands_alone = not any(character in "0123456789" or "a" <= character.lower() <= "z" for character in around)
        if stands_alone and any(character in "abcdef" for character in found[0].lower()):
            text = text[:begin] + "u" + text[end:]
    runs: list[list[str]] = [[""]]
    for character in unicodedata.normalize("NFKC", text):
        if unicodedata.category(character).startswith("L"):
            runs.append([""])
        elif unicodedata.category(character) == "Nd":
            runs[-1][-1] += str(unicodedata.digit(character))
        else:
            runs[-1].append("")
    return [[group for group in run if group] for run in runs]


def _candidates(groups: list[str], is_identifier: bool) -> Iterator[str]:
    """Yield the digits of a run that may be a card number."""
    whole = "".join(groups)
    if not _begins_with_date(whole):
        yield whole
    yield from groups
    for begin in range(len(groups)):
        for end in range(begin + 1, min(len(groups), begin + 19) + 1):
            digits = "".join(groups[begin:end])
            if digits.startswith(_ISSUERS):
                yield digits
    if len(whole) > 19 and not is_identifier:
        yield from (part for part in _parts(whole, 16) if part[0] in "23456")
        yield from (part for part in _parts(whole, 15) if part[0] == "3")


def _parts(digits: str, length: int) -> list[str]:
    return [digits[begin : begin + length] for begin in range(len(digits) - length + 1)]


def _begins_with_date(digits: str) -> bool:
    month, day = digits[4:6], digits[6:8]
    return digits.startswith("20") and len(digits) >= 8 and "01" <= month <= "12" and "01" <= day <= "31"


def _is_valid(digits: str) -> bool:
    """Return whether 13 to 19 digits pass the check of ISO/IEC 7812-1."""
    if not 13 <= len(digits) <= 19:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits), start=1):
        value = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += value // 10 + value % 10
    return total % 10 == 0


def _is_iban(text: str) -> bool:
    written = text.replace(" ", "")
    if not re.fullmatch("[A-Z][A-Z][0-9][0-9][A-Z0-9]{11,30}", written):
        return False
    remainder = 0
    for character in written[4:] + written[:4]:
        number = str(ord(character) - ord("A") + 10) if character >= "A" else character
        for digit in number:
            remainder = (remainder * 10 + int(digit)) % 97
    return remainder == 1
