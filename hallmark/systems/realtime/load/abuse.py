"""Requests that must be rejected: how a valid body is corrupted, which key is sent, and which statuses are expected."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from hallmark.load.kinds import Abuse, Kinds

Fields = dict[str, Any]
OVER_QUOTA = "over the quota"


def _without_amount(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name != "amount"}


_SPOILT: tuple[tuple[Abuse, Callable[[Fields], Fields]], ...] = (
    (Abuse("bad body: a field is missing", "the stage's", frozenset({400})), _without_amount),
    (Abuse("bad body: a wrong type", "the stage's", frozenset({400})), lambda f: {**f, "cardNotPresent": "yes"}),
    (
        Abuse("bad body: a rule of ours", "the stage's", frozenset({400})),
        lambda f: {**f, "cardholderTimeZone": "Mars/Base"},
    ),
    (Abuse("missing key", "none", frozenset({403})), lambda fields: fields),
    # Usage plans are not exact: requests that they let through have an invalid body, so they have no effect.
    (Abuse(OVER_QUOTA, "over its quota", frozenset({429, 400})), _without_amount),
)
KINDS = Kinds(202, tuple(kind for kind, _ in _SPOILT))
# By kind: the corrupted fields of a valid body.
SPOIL: Mapping[str, Callable[[Fields], Fields]] = MappingProxyType({kind.name: spoil for kind, spoil in _SPOILT})
