"""Card numbers in texts (PCI DSS 3.3 and 3.5); docs/card_numbers.md has the rule.

The same rule in TypeScript is card_data.ts.
"""

import re
import unicodedata

_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE)
# What card numbers begin with; numbers that begin with a year of this century do not.
_ISSUER = re.compile(r"[3-6]|2[2-7]")
_DATE = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_SHORTEST, _LONGEST = 13, 19
# https://en.wikipedia.org/wiki/International_Bank_Account_Number#Structure
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def holds_card_number(text: str) -> bool:
    """Return whether a card number is in a free text, however it is spelled; a whole valid IBAN is none."""
    if _is_iban(text.replace(" ", "")):
        return False
    return any(_groups_hold(groups) or _long_number_holds("".join(groups)) for groups in _digit_groups(text))


def passes_luhn(digits: str) -> bool:
    """Return whether 13 to 19 ASCII digits have a valid check digit (ISO/IEC 7812-1)."""
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _digit_groups(text: str) -> list[list[str]]:
    """Return the numbers of a text, each as the groups of digits that it is written in; letters end a number."""
    without = _UUID.sub(lambda found: "u" if re.search("[a-f]", found[0], re.IGNORECASE) else found[0], text)
    # Compatibility forms, such as full-width digits, become plain ones; then those of other scripts.
    plain = "".join(map(_plain, unicodedata.normalize("NFKC", without)))
    return [re.findall("[0-9]+", run) for run in plain.split("x")]


def _plain(character: str) -> str:
    """Return a decimal digit as ASCII, x for a letter, anything else as a space."""
    if unicodedata.category(character)[0] == "L":
        return "x"
    return str(unicodedata.decimal(character, " "))


def _groups_hold(groups: list[str]) -> bool:
    """Return whether groups are card numbers: one alone, all together, or neighbours that begin like one.

    A date at the front makes all of them together a number of some other kind: `20261120-154007`.
    """
    for start in range(len(groups)):
        digits = ""
        for end in range(start, len(groups)):
            digits += groups[end]
            if len(digits) > _LONGEST:
                break
            whole = start == 0 and end == len(groups) - 1 and not _DATE.match(digits)
            if (start == end or whole or _ISSUER.match(digits)) and passes_luhn(digits):
                return True
    return False


def _long_number_holds(digits: str) -> bool:
    if len(digits) <= _LONGEST:
        return False
    return any(
        (first in "23456" and passes_luhn(digits[at : at + 16]) and at + 16 <= len(digits))
        or (first == "3" and passes_luhn(digits[at : at + 15]) and at + 15 <= len(digits))
        for at, first in enumerate(digits)
    )


def _is_iban(text: str) -> bool:
    """Return whether a text is an IBAN whose check digits hold (ISO 13616: mod 97)."""
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1
