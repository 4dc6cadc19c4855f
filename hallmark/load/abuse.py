"""Requests that must be refused: with what body, with whose key, and with which answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Literal

from hallmark.traffic.transaction import Transaction

Key = Literal["the stage's", "none", "over its quota"]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Abuse:
    """One kind of abuse: which key comes along, how a good body is spoilt, and the statuses that answer it."""

    name: str
    key: Key
    answers: frozenset[int]
    spoil: Callable[[Fields], Fields] = lambda fields: fields

    def body(self, transaction: Transaction) -> bytes:
        """Return the transaction's body, spoilt."""
        return json.dumps(self.spoil(transaction.fields())).encode()


def _without_amount(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name != "amount"}


KINDS = (
    Abuse("bad body: a field is missing", "the stage's", frozenset({400}), _without_amount),
    Abuse("bad body: a wrong type", "the stage's", frozenset({400}), lambda f: {**f, "cardNotPresent": "yes"}),
    Abuse(
        "bad body: a rule of ours", "the stage's", frozenset({400}), lambda f: {**f, "cardholderTimeZone": "Mars/Base"}
    ),
    Abuse("missing key", "none", frozenset({403})),
    # Usage plans are not exact: what they let through has a body that is refused, and leaves no trace.
    Abuse("over the quota", "over its quota", frozenset({429, 400}), _without_amount),
)
OVER_QUOTA = "over the quota"
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind(name: str) -> Abuse:
    """Return the kind of that name."""
    return _BY_NAME[name]


def names() -> "cycle[str]":
    """Return the kinds' names, in turn, for ever."""
    return cycle(_BY_NAME)
