"""Free texts that a client sends: what is refused, by the name of the rule that is broken."""

import unicodedata
from typing import Optional

from shared_python.card_numbers import holds_card_number

# A spreadsheet takes a cell that begins so for a formula. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Control characters; format characters, which make a text look like another one (U+202E reverses `exe.csv`); and
# halves of surrogate pairs, which no UTF-8 can hold. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
_REFUSED = ("Cc", "Cf", "Cs")
# Format characters that the spelling of Persian, of languages of India and of emoji needs.
_JOINERS = "\u200c\u200d"


def problem_of(text: str, most_characters: int) -> Optional[str]:
    """Return the first rule that a text breaks: `too-long`, `formula`, `card-number` or `format`; else None."""
    if len(text) > most_characters:
        return "too-long"
    if text.startswith(_FORMULA):
        return "formula"
    if holds_card_number(text):
        return "card-number"
    if any(unicodedata.category(character) in _REFUSED for character in text if character not in _JOINERS):
        return "format"
    return None
