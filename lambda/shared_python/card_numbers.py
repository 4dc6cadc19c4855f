"""Card numbers in texts (PCI DSS 3.3 and 3.5); docs/card_numbers.md has the rule.

The same rule in TypeScript is card_data.ts.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate

_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE)
# What card numbers begin with; numbers that begin with a year of this century do not.
_ISSUER = re.compile(r"[3-6]|2[2-7]")
_DATE = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_SHORTEST, _LONGEST = 13, 19
_LETTERS, _DIGITS = re.compile("[A-Za-z]+"), re.compile("[0-9]+")
# Of an ASCII text: as many digits as a card number has, without a letter between them. Most texts have fewer.
_ENOUGH_DIGITS = re.compile(r"[0-9](?:[^0-9A-Za-z]*[0-9]){12}")
_DOUBLED = {str(digit): digit * 2 - 9 * (digit > 4) for digit in range(10)}
# https://en.wikipedia.org/wiki/International_Bank_Account_Number#Structure
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
# Names of fields for card data: words that say it beside others, and names without what separates their words.
_SENSITIVE_WORDS = frozenset(
    ("cvv", "cvv2", "cvc", "cvc2", "cvn", "cvn2", "cav2", "pan", "track", "track1", "track2", "track3")
)
_SENSITIVE_NAMES = _SENSITIVE_WORDS.union(
    ("cid", "csc", "securitycode", "cardsecuritycode", "cardverificationvalue", "cardverificationcode"),
    ("primaryaccountnumber", "cardnumber", "cardno", "cardnum", "ccnumber", "ccnum"),
    ("creditcardnumber", "debitcardnumber", "trackdata", "pin", "pinblock"),
)


def holds_card_number(text: str) -> bool:
    """Return whether a card number is in a free text, however it is spelled; a whole valid IBAN is none."""
    numbers = list(_numbers(text))
    return any(_groups_hold(groups) or _long_number_holds("".join(groups)) for groups in numbers) and not _is_iban(text)


def id_holds_card_number(text: str) -> bool:
    """Return the same for an identifier: a longer number may be a date and a sequence, so it is not searched inside."""
    return any(_groups_hold(groups) for groups in _numbers(text)) and not _is_iban(text)


def names_card_data(name: str) -> bool:
    """Return whether a field's name, such as `CVV` or `card number`, announces what must not be stored."""
    words = re.findall("[a-z0-9]+", unicodedata.normalize("NFKC", name).lower())
    return "".join(words) in _SENSITIVE_NAMES or not _SENSITIVE_WORDS.isdisjoint(words)


def passes_luhn(digits: str) -> bool:
    """Return whether 13 to 19 ASCII digits have a valid check digit (ISO/IEC 7812-1)."""
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return False
    return (sum(map(int, digits[::-2])) + sum(map(_DOUBLED.__getitem__, digits[-2::-2]))) % 10 == 0


def _numbers(text: str) -> Iterator[list[str]]:
    """Yield the numbers of a text, each as the groups of digits that it is written in; letters end a number."""
    if text.isascii() and not _ENOUGH_DIGITS.search(text):
        return
    without = _UUID.sub(lambda found: "u" if re.search("[a-f]", found[0], re.IGNORECASE) else found[0], text)
    if not without.isascii():
        # Compatibility forms, such as full-width digits, become plain ones; then those of other scripts.
        without = "".join(map(_plain, unicodedata.normalize("NFKC", without)))
    for run in _LETTERS.split(without):
        yield _DIGITS.findall(run)


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
    return len(digits) > _LONGEST and (_part_holds(digits, 16, "23456") or _part_holds(digits, 15, "3"))


def _part_holds(digits: str, length: int, firsts: str) -> bool:
    """Return whether a part of that length that begins so passes the Luhn check; sums up to each digit make it fast."""
    for doubled in (0, 1):
        values = (_DOUBLED[digit] if at % 2 == doubled else int(digit) for at, digit in enumerate(digits))
        sums = [0, *accumulate(values)]
        # Where the last digit of a part counts single.
        starts = range((doubled + length) % 2, len(digits) - length + 1, 2)
        if any(digits[at] in firsts and (sums[at + length] - sums[at]) % 10 == 0 for at in starts):
            return True
    return False


def _is_iban(text: str) -> bool:
    """Return whether a text, without spaces, is an IBAN whose check digits hold (ISO 13616: mod 97)."""
    written = text.replace(" ", "")
    if not _IBAN.fullmatch(written):
        return False
    return int("".join(str(int(character, 36)) for character in written[4:] + written[:4])) % 97 == 1
