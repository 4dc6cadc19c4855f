"""Transactions of JSON-lines files, and the lanes in which transactions are sent."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from hallmark.sending.files import read as content_of
from hallmark.systems.screening.transaction import DECIDED, RECORDED, Transaction
from infra.errors import UserError

# The largest input of an execution. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
MOST_BYTES = 262_144
# Of a whole number: no double is larger.
_MOST_DIGITS = 309


def read(paths: Iterable[Path]) -> list[Transaction]:
    """Return the transactions of some files, each customer's in time order; UserError for a line that cannot be sent.

    Lines without anything but white space are left out.
    """
    numbered = ((path, line, text) for path in paths for line, text in _lines(path))
    found = [
        Transaction(number, text, _value(path, line, text)) for number, (path, line, text) in enumerate(numbered, 1)
    ]
    return in_lanes(_in_time_order(found))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(content_of(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            try:
                yield number, line.decode().strip()
            except UnicodeDecodeError:
                raise _broken(path, number, "it is not UTF-8") from None


def _value(path: Path, line: int, text: str) -> Any:
    if len(text.encode()) > MOST_BYTES:
        raise _broken(path, line, f"an execution's input has at most {MOST_BYTES} bytes")
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_float, parse_int=_int)
    except json.JSONDecodeError as error:
        raise _broken(path, line, f"{error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise _broken(
            path, line, "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        ) from None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _float(text: str) -> float:
    if not isfinite(float(text)):
        raise ValueError("a number is too large")
    return float(text)


def _int(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError("a number is too large")
    return int(text)


def _broken(path: Path, line: int, why: str) -> UserError:
    return UserError(f"{path} line {line} is not one transaction as JSON ({why}): correct the line, then send again")


def _in_time_order(found: Sequence[Transaction]) -> list[Transaction]:
    """Return the transactions by their times, as their sender keeps them; those of one id follow its first."""
    times: dict[str, int] = {}
    for one in found:
        if one.identity:
            times.setdefault(one.identity.id, one.identity.time)
    return sorted(found, key=lambda one: (times[one.identity.id] if one.identity else 0, one.number))


def in_lanes(found: Sequence[Transaction]) -> list[Transaction]:
    """Return the transactions with their lanes: what shares a customer or an id is sent one after another.

    Of two in a lane the second begins when the first is recorded; when it is decided, if it is not older.
    """
    lanes = _Lanes()
    for one in found:
        if one.identity:
            lanes.join(f"id {one.identity.id}", f"customer {one.value.get('customer_id')}")
    named = [
        replace(one, lane=lanes.of(f"id {one.identity.id}") if one.identity else f"alone {one.number}") for one in found
    ]
    followers: dict[str, Transaction] = {}
    made: list[Transaction] = []
    for one in reversed(named):
        after = followers.get(one.lane)
        followers[one.lane] = one
        made.append(replace(one, awaited=_awaited(one, after)))
    return made[::-1]


def _awaited(one: Transaction, after: Transaction | None) -> str:
    if after is None or one.identity is None or after.identity is None:
        return ""
    return RECORDED if one.identity.time < after.identity.time else DECIDED


class _Lanes:
    """Names that belong together, each under the first of them."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the first of the names with which a name belongs together."""
        path = []
        while (parent := self._parents.setdefault(name, name)) != name:
            path.append(name)
            name = parent
        self._parents.update(dict.fromkeys(path, name))
        return name

    def join(self, one: str, other: str) -> None:
        """Note that two names belong together."""
        self._parents[self.of(other)] = self.of(one)
