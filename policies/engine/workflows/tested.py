"""Which texts an expression of JSONata lets through, by the regular expressions that it tests them with.

The tests count together, as `and` joins them. https://docs.jsonata.org/string-functions#contains
"""

import re
from collections.abc import Iterable

TESTED = "tested:"
_TEST = re.compile(
    r"(\$not\(\s*)?\$(?:contains|match)\(\s*[^,()]+,\s*/((?:[^/\\\[]|\\.|\[(?:[^\]\\]|\\.)*\])+)/([im]*)\s*\)"
)


def tests_in(text: str) -> list[tuple[bool, re.Pattern[str]]]:
    """Return the regular expressions that an expression tests with: whether they must fit, and each of them."""
    found: list[tuple[bool, re.Pattern[str]]] = []
    for match in _TEST.finditer(text):
        flags = (re.IGNORECASE if "i" in match[3] else 0) | (re.MULTILINE if "m" in match[3] else 0)
        try:
            found.append((match[1] is None, re.compile(match[2], flags)))
        except re.error:
            continue
    return found


def let_through(expression: str, texts: Iterable[str]) -> list[str]:
    """Return which of some texts pass all tests of an expression."""
    tests = tests_in(expression)
    return [text for text in texts if all((one.search(text) is not None) is wanted for wanted, one in tests)]
