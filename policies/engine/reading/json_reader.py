"""A JSON reader after ECMA-404, stricter than Python's: each key once, no NaN, no unpaired surrogates, bounded depth.

CloudFormation accepts ECMA-404:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from policies.engine.reading.refusal import DEEPEST, LONGEST_NUMBER, Path, Unreadable, at, starts_with

_TOKEN = re.compile(r'(?P<text>"(?:[^"\\]|\\.)*")(?P<key>\s*:)?|(?P<word>-?[A-Za-z0-9][A-Za-z0-9.+-]*)|[{}\[\]]')
# A pair of escapes is one character; a text without such an escape is not checked again.
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


class _Repeated(ValueError):
    """An object has a key twice."""


class _NoNumber(ValueError):
    """A word that only Python accepts as a number, or one that is too long."""


def read_json(text: str) -> Any:
    """Return the value of a JSON text; raise Unreadable with one line that says what is wrong, and where."""
    try:
        document = json.loads(text, object_pairs_hook=_once, **_NUMBERS)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}") from None
    except _Repeated:
        raise _repeated_key(text) from None
    except _NoNumber as error:
        raise _no_number(text, str(error)) from None
    except RecursionError:
        raise _too_deep(text) from None
    if is_deeper(document, DEEPEST):
        raise _too_deep(text)
    if _ESCAPED_HALF.search(text):
        _refuse_halves(text)
    return document


def place_in_json(text: str, path: Path) -> int:
    """Return the offset at which a value begins, or the longest part of its path that is there."""
    best, found = 0, -1
    for here, offset in _places(text):
        if len(here) > found and starts_with(path, here):
            best, found = offset, len(here)
    return best


def is_deeper(value: Any, depth: int) -> bool:
    """Return whether a value is nested more often than a depth."""
    level = [value]
    for _ in range(depth):
        level = [item for one in level for item in _items(one) if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _items(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Repeated
    return found


def _refused(word: str) -> NoReturn:
    raise _NoNumber(word)


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise _NoNumber(digits)
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _NoNumber(digits)
    return number


_NUMBERS: dict[str, Any] = {"parse_constant": _refused, "parse_int": _whole, "parse_float": _fraction}


def _places(text: str) -> Iterator[tuple[Path, int]]:
    """Yield every value's path and where it begins: slower than parsing, so only to locate an error."""
    # The keys, or numbers of items, on the way to the next value.
    path: list[str | int] = []
    for token in _TOKEN.finditer(text):
        if token["key"]:
            path[-1] = json.loads(token["text"])
            continue
        if token[0] in "}]":
            path.pop()
            continue
        if path and isinstance(path[-1], int):
            path[-1] += 1
        yield tuple(path), token.start()
        if token[0] == "{":
            path.append("")
        elif token[0] == "[":
            path.append(-1)


def _repeated_key(text: str) -> Unreadable:
    around: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            around.append(set())
        elif token[0] in "}]":
            around.pop()
        elif token["key"]:
            key = json.loads(token["text"])
            if key in around[-1]:
                return at(text, token.start(), f"has the key {json.dumps(key)} twice in one object, again")
            around[-1].add(key)
    raise AssertionError("no key is there twice")


def _no_number(text: str, word: str) -> Unreadable:
    place = next(token.start() for token in _TOKEN.finditer(text) if token["word"] == word)
    if len(word) > LONGEST_NUMBER:
        return at(text, place, f"has a number of more than {LONGEST_NUMBER} digits")
    return at(text, place, f"has the number {word}, which is too large," if "e" in word.lower() else f"is not JSON: {word}")


def _too_deep(text: str) -> Unreadable:
    depth, place = 0, 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth > DEEPEST:
            place = token.start()
            break
    return at(text, place, f"is nested too deeply, more than {DEEPEST} times,")


def _refuse_halves(text: str) -> None:
    for token in _TOKEN.finditer(text):
        if token["text"] and _ESCAPED_HALF.search(token["text"]) and _HALF.search(json.loads(token["text"])):
            raise at(text, token.start(), "has an unpaired surrogate", f": {token['text'][:40]}")
