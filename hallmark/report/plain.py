"""Texts from outside as one plain line: no line breaks, and nothing that a terminal or a parser takes as a command."""

import re

# Control characters, also those that reverse the direction of a text or hide a part of it.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")


def one_line(text: str) -> str:
    """Return a text in one line, without control characters."""
    return _UNSEEN.sub(" ", text).strip()
