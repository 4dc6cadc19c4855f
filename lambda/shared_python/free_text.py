"""Free texts that a client sends: what is refused, by the name of the rule that is broken."""

import unicodedata
from typing import Optional

from shared_python.card_numbers import holds_card_number

# A spreadsheet takes a cell that begins so for a formula. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def problem_of(text: str, most_characters: int) -> Optional[str]:
    """Return the first rule that a text breaks: `too-long`, `formula`, `card-number` or `format`; else None."""
    if len(text) > most_characters:
        return "too-long"
    if text.startswith(_FORMULA):
        return "formula"
    if holds_card_number(text):
        return "card-number"
    # Control characters, and halves of surrogate pairs, which no UTF-8 can hold.
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return "format"
    return None
