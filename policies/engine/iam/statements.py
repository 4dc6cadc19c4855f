"""A statement of a policy: what it certainly says, and what it may say.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from policies.engine.template.intrinsics import UNKNOWN, text_of
from policies.engine.template.resource import Resource
from policies.engine.template.values import listed

# The effects of what an Fn::If may leave out: they may grant and deny, and certainly do neither.
PERHAPS = {effect: f"{effect}, under a condition" for effect in ("Allow", "Deny")}


@dataclass(frozen=True)
class Statement:
    """One statement, resolved; an element that cannot be resolved is UNKNOWN in its tuple."""

    owner: Resource
    path: str
    effect: Any
    actions: tuple[Any, ...]
    not_actions: tuple[Any, ...]
    resources: tuple[Any, ...]
    not_resources: tuple[Any, ...]
    # Pairs such as ("Service", "events.amazonaws.com"); ("*", "*") for all.
    principals: tuple[tuple[str, Any], ...]
    not_principals: tuple[tuple[str, Any], ...]
    conditions: Any
    raw: Mapping[str, Any] = field(repr=False, compare=False, hash=False)

    @property
    def allows(self) -> bool:
        """Whether the statement grants something, or may; an effect that cannot be resolved counts as a grant."""
        return self.effect not in ("Deny", PERHAPS["Deny"])

    @property
    def denies(self) -> bool:
        """Whether the statement denies something, or may; an effect that cannot be resolved counts as a denial."""
        return self.effect not in ("Allow", PERHAPS["Allow"])

    def covers(self, action: str) -> bool:
        """Return whether an action such as `sqs:SendMessage` is certainly among the statement's actions."""
        return any(isinstance(own, str) and fits(action.lower(), own) for own in lower(self.actions))

    def everybody(self) -> bool:
        """Return whether the principal is all: "*", or {"AWS": "*"}."""
        return any(value == "*" and kind in ("*", "AWS") for kind, value in self.principals)

    def may_be_everybody(self) -> bool:
        """Return whether the principal is all, or may be: it cannot be resolved, or is all but some."""
        return self.everybody() or bool(self.not_principals) or any(value is UNKNOWN for _, value in self.principals)


def fits(text: str, pattern: str) -> bool:
    """Return whether a text matches a pattern with `*` and `?`; most have none, and need not be compiled."""
    wild = "*" in pattern or "?" in pattern or "[" in pattern
    return fnmatchcase(text, pattern) if wild else text == pattern


def fits_arn(arn: str, pattern: str) -> bool:
    """Return whether an ARN matches a pattern, each of its six parts by itself.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
    """
    parts, wanted = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(wanted) and all(map(fits, parts, wanted))


def lower(actions: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return actions in lower case: IAM ignores their case.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    """
    return tuple(action.lower() if isinstance(action, str) else action for action in actions)


def conditions_of(statement: Statement) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return the conditions as {(operator, key): values}, operators and keys in lower case as IAM reads them."""
    if not isinstance(statement.conditions, Mapping):
        return {("unknown", "unknown"): (UNKNOWN,)}
    return {
        (str(operator).lower(), str(key).lower()): tuple(_plain(value) for value in listed(values))
        for operator, keys in statement.conditions.items()
        for key, values in (keys.items() if isinstance(keys, Mapping) else {"unknown": UNKNOWN}.items())
    }


def _plain(value: Any) -> Any:
    """Return a value as a text: IAM writes booleans so."""
    return UNKNOWN if value is UNKNOWN else text_of(value)


def denied_under(statement: Statement) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return the conditions of a Deny, IfExists left out: with it, the Deny also applies where the key is missing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists
    """
    conditions = conditions_of(statement).items()
    return {(operator.removesuffix("ifexists"), key): values for (operator, key), values in conditions}
