"""Keeps card numbers out (PCI DSS 3.3 and 3.5): one in any disguise that people really use."""

import re
import unicodedata
from collections.abc import Iterator

_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE)
# What card numbers begin with; numbers that begin with a year of this century do not.
_ISSUER = re.compile("[3-6]|2[2-7]")
_DATE = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_SHORTEST, _LONGEST = 13, 19
# In a longer number: how many digits are a card's, and what they begin with.
_INSIDE = ((16, "23456"), (15, "3"))


def contains_card_number(text: str) -> bool:
    """Whether a card number is in the text, however it is spelled.

    Letters end a number, anything else may stand between its digits. UUIDs with a letter are left out.
    """
    return any(_in_groups(groups) or _in_long_number("".join(groups)) for groups in _digit_groups(text))


def token_contains_card_number(text: str) -> bool:
    """The same for an identifier: a number longer than a card's may be a date and a sequence, so none is in it."""
    return any(_in_groups(groups) for groups in _digit_groups(text))


def _digit_groups(text: str) -> Iterator[list[str]]:
    """The numbers of a text, each as the groups of digits that it is written in."""
    text = _UUID.sub(lambda uuid: "u" if re.search("[a-f]", uuid[0], re.IGNORECASE) else uuid[0], text)
    plain = "".join(map(_plain, unicodedata.normalize("NFKC", text)))
    return (re.findall("[0-9]+", run) for run in plain.split("x"))


def _plain(character: str) -> str:
    """A digit of any script as one of ours, any letter as `x`, anything else as `-`."""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return "x" if character.isalpha() else "-"


def _in_groups(groups: list[str]) -> bool:
    """A group alone, and all of them together, are card numbers if they pass the check.

    Some of them only if they also begin like one. A date at the front makes all of them a number of some other kind.
    """
    for start in range(len(groups)):
        digits = ""
        for end in range(start, len(groups)):
            digits += groups[end]
            if len(digits) > _LONGEST:
                break
            whole = start == 0 and end == len(groups) - 1 and not _DATE.match(digits)
            if (start == end or whole or _ISSUER.match(digits)) and _passes_luhn(digits):
                return True
    return False


def _in_long_number(digits: str) -> bool:
    if len(digits) <= _LONGEST:
        return False
    return any(
        digits[at] in first and at + length <= len(digits) and _passes_luhn(digits[at : at + length])
        for at in range(len(digits))
        for length, first in _INSIDE
    )


def _passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1: every second digit from the right counts double, and the sum ends in 0."""
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
