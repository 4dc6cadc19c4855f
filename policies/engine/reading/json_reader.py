"""A JSON reader after ECMA-404, stricter than Python's: each key once, no NaN, no unpaired surrogates.

CloudFormation accepts ECMA-404:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

_TOKEN = re.compile(r'(?P<text>"(?:[^"\\]|\\.)*")(?P<key>\s*:)?|(?P<word>-?[A-Za-z0-9][A-Za-z0-9.+-]*)|[{}\[\]]')
# A pair of escapes is one character; a text without such an escape is not checked again.
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HALF = re.compile("[\ud800-\udfff]")


class Unreadable(Exception):
    """The file is not a CloudFormation template; the message is one line."""


class _Repeated(ValueError):
    """An object has a key twice."""


class _NoNumber(ValueError):
    """A word that only Python accepts as a number."""


def read_json(text: str) -> Any:
    """Return the value of a JSON text; raise Unreadable with one line that says what is wrong."""
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error.msg} in line {error.lineno}") from None
    except _Repeated:
        raise Unreadable(_repeated_key(text)) from None
    except _NoNumber as error:
        raise Unreadable(f"is not JSON: {error} in line {_line_of_word(text, str(error))}") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    except ValueError:
        raise Unreadable("has a number of more digits than can be read") from None
    if _ESCAPED_HALF.search(text):
        _refuse_halves(text)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Repeated
    return found


def _refused(word: str) -> NoReturn:
    raise _NoNumber(word)


def _tokens(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield the tokens of a text with their lines: slower than parsing, so only to locate an error."""
    line, end = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", end, token.start())
        end = token.start()
        yield token, line


def _repeated_key(text: str) -> str:
    around: list[set[str]] = []
    for token, line in _tokens(text):
        if token[0] in "{[":
            around.append(set())
        elif token[0] in "}]":
            around.pop()
        elif token["key"]:
            key = json.loads(token["text"])
            if key in around[-1]:
                return f"has the key {json.dumps(key)} twice in one object, again in line {line}"
            around[-1].add(key)
    raise AssertionError("no key is there twice")


def _line_of_word(text: str, word: str) -> int:
    return next(line for token, line in _tokens(text) if token["word"] == word)


def _refuse_halves(text: str) -> None:
    for token, line in _tokens(text):
        if token["text"] and _ESCAPED_HALF.search(token["text"]) and _HALF.search(json.loads(token["text"])):
            raise Unreadable(f"has an unpaired surrogate in line {line}: {token['text'][:40]}")
