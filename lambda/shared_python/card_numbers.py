"""Card numbers in texts (PCI DSS 3.3 and 3.5); docs/card_numbers.md has the rule.

The same rule in TypeScript is card_data.ts.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate, repeat
from operator import mod
from typing import Callable

_UUID = re.compile(r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE)
# What card numbers begin with; numbers that begin with a year of this century do not.
_ISSUER = re.compile(r"[3-6]|2[2-7]")
_DATE = re.compile(r"20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_FIRSTS = "23456"
_SHORTEST, _LONGEST = 13, 19
_SIZES = range(_SHORTEST, _LONGEST + 1)
_DIGITS = re.compile("[0-9]+")
# Of an ASCII text: as many digits as a card number has, or more, without a letter between them.
_NUMBER = re.compile(r"[0-9](?:[^0-9A-Za-z]*[0-9]){12,}")
# What of a text shows whether it has such a number: digits and letters. The rest is left out, not what is between.
_ASCII, _LETTERS, _BETWEEN = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", b"\0"
_SHAPE = bytes.maketrans(_ASCII + _LETTERS, b"0" * len(_ASCII) + b"x" * len(_LETTERS))
_LEFT_OUT = bytes(set(range(128)).difference(_ASCII + _LETTERS))
_ENOUGH_DIGITS = b"0" * 13
# What a digit counts in the Luhn sum: itself, or doubled with its digits added.
_SINGLE, _DOUBLED = (bytes.maketrans(_ASCII, bytes(values)) for values in (range(10), (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
# From so many groups on, all their windows are tried at once.
_MANY_GROUPS = 8
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


Rule = Callable[[str], bool]


def holds_card_number(text: str) -> bool:
    """Return whether a card number is in a free text, however it is spelled; a whole valid IBAN is none."""
    return any(map(_in_text, _numbers(text))) and not _is_iban(text)


def id_holds_card_number(text: str) -> bool:
    """Return the same for an identifier: a longer number may be a date and a sequence, so it is not searched inside."""
    return any(map(_groups_hold, _numbers(text))) and not _is_iban(text)


def which_hold(texts: Sequence[str], rule: Rule) -> list[int]:
    """Return the places of texts for which a rule, one of the two above, holds; the texts are without NUL."""
    shape = _shape(_BETWEEN.decode().join(texts), _LEFT_OUT.replace(_BETWEEN, b""))
    if _ENOUGH_DIGITS not in shape:
        return []
    places = [place for place, one in enumerate(shape.split(_BETWEEN)) if _ENOUGH_DIGITS in one]
    holds = _groups_hold if rule is id_holds_card_number else _in_text
    together = _as_ascii("x".join([texts[place] for place in places]))
    if not any(holds(_DIGITS.findall(number)) for number in set(_NUMBER.findall(together))):
        return []
    return [place for place in places if rule(texts[place])]


def names_card_data(name: str) -> bool:
    """Return whether a field's name, such as `CVV` or `card number`, announces what must not be stored."""
    words = re.findall("[a-z0-9]+", unicodedata.normalize("NFKC", name).lower())
    return "".join(words) in _SENSITIVE_NAMES or not _SENSITIVE_WORDS.isdisjoint(words)


def passes_luhn(digits: str) -> bool:
    """Return whether 13 to 19 ASCII digits have a valid check digit (ISO/IEC 7812-1)."""
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return False
    written = digits.encode("ascii")
    return (sum(written[::-2].translate(_SINGLE)) + sum(written[-2::-2].translate(_DOUBLED))) % 10 == 0


def _numbers(text: str) -> Iterator[list[str]]:
    """Yield the numbers of a text, each as the groups of digits that it is written in; letters end a number."""
    if _ENOUGH_DIGITS not in _shape(text):
        return
    without = text
    if text.count("-") >= 4:
        without = _UUID.sub(lambda found: "u" if re.search("[a-f]", found[0], re.IGNORECASE) else found[0], text)
    if not without.isascii():
        # Compatibility forms, such as full-width digits, become plain ones; then those of other scripts.
        without = "".join(map(_plain, unicodedata.normalize("NFKC", without)))
    for number in _NUMBER.findall(without):
        yield _DIGITS.findall(number)


def _shape(text: str, left_out: bytes = _LEFT_OUT) -> bytes:
    return _as_ascii(text).encode("ascii").translate(_SHAPE, left_out)


def _as_ascii(text: str) -> str:
    """Return a text with its digits as ASCII, and its letters as letters: each character by itself."""
    if text.isascii():
        return text
    if len(_PLAIN) > _MOST_PLAIN:
        _PLAIN.clear()
    return text.translate(_PLAIN)


def _plain(character: str) -> str:
    """Return a decimal digit as ASCII, x for a letter, anything else as a space."""
    if unicodedata.category(character)[0] == "L":
        return "x"
    return str(unicodedata.decimal(character, " "))


class _Plain(dict[int, str]):
    """What a character alone becomes, as digits, letters and others."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = character if code < 128 else "".join(map(_plain, unicodedata.normalize("NFKC", character)))
        return self.setdefault(code, plain)


_PLAIN, _MOST_PLAIN = _Plain(), 10_000


def _in_text(groups: list[str]) -> bool:
    return _groups_hold(groups) or _long_number_holds("".join(groups))


def _groups_hold(groups: list[str]) -> bool:
    """Return whether groups are card numbers: one alone, all together, or neighbours that begin like one.

    A date at the front makes all of them together a number of some other kind: `20261120-154007`.
    """
    if len(groups) >= _MANY_GROUPS:
        sums = _luhn_sums("".join(groups))
        if not any(_passing(sums, size) for size in _SIZES):
            return False
    for start, first in enumerate(groups):
        if passes_luhn(first):
            return True
        if start > 0 and first[0] not in _FIRSTS:
            continue
        digits = first
        for end in range(start + 1, len(groups)):
            digits += groups[end]
            if len(digits) > _LONGEST:
                break
            whole = start == 0 and end == len(groups) - 1 and not _DATE.match(digits)
            if (whole or _ISSUER.match(digits)) and passes_luhn(digits):
                return True
    return False


def _long_number_holds(digits: str) -> bool:
    """Return whether a part of a long number begins as card numbers of a usual length do, and passes."""
    if len(digits) <= _LONGEST:
        return False
    sums = _luhn_sums(digits)
    parts = ((16, _FIRSTS), (15, "3"))
    return any(digits[start] in firsts for length, firsts in parts for start in _passing(sums, length))


def _luhn_sums(digits: str) -> tuple[bytes, bytes]:
    """Return the last digits of the Luhn sums up to each place, with even places doubled and with odd ones."""
    written = digits.encode("ascii")
    sums = []
    for doubled in (0, 1):
        values = bytearray(written.translate(_SINGLE))
        values[doubled::2] = written[doubled::2].translate(_DOUBLED)
        sums.append(bytes(map(mod, accumulate(values, initial=0), repeat(10))))
    return sums[0], sums[1]


def _passing(sums: tuple[bytes, bytes], length: int) -> list[int]:
    """Return where parts of that length that pass the Luhn check begin.

    The sums up to both ends of such a part have the same last digit: all are compared at once, as two numbers of many
    bytes, whose difference has a zero there.
    """
    size = len(sums[0]) - length
    starts: list[int] = []
    for doubled, ends in enumerate(sums if size > 0 else ()):
        difference = int.from_bytes(ends[:size], "big") ^ int.from_bytes(ends[length:], "big")
        # Where the last digit of a part counts single.
        first = (doubled + length) % 2
        same = difference.to_bytes(size, "big")[first::2]
        at = same.find(0)
        while at >= 0:
            starts.append(first + 2 * at)
            at = same.find(0, at + 1)
    return starts


def _is_iban(text: str) -> bool:
    """Return whether a text, without spaces, is an IBAN whose check digits hold (ISO 13616: mod 97)."""
    written = text.replace(" ", "")
    if not _IBAN.fullmatch(written):
        return False
    return int("".join(str(int(character, 36)) for character in written[4:] + written[:4])) % 97 == 1
