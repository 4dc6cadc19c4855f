"""Whom and what a denial may hit: whatever it does not surely leave alone.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from support.intrinsics import text_of
from support.statements import Statement, denied_under, lower
from support.template import Resource, Template

# What is so of a request, by condition key in lower case; None for a key that it does not have.
Facts = Mapping[str, str | None]
_NOT = ("stringnotequals", "stringnotlike", "arnnotequals", "arnnotlike")
_OPPOSITE = {"true": "false", "false": "true"}
_WHOLE_ACCOUNT = re.compile(r"(?:arn:aws:iam::)?(\d{12}|\$\{AccountId\})(?::root)?")


def may_deny(one: Statement, action: str, arn: str, facts: Facts) -> bool:
    """Whether a statement may deny an action on an ARN; not if, by the facts, one of its conditions is never met."""
    return (
        one.effect != "Allow"
        and _may_be(lower(one.actions), lower(one.not_actions), action.lower())
        and _may_be(one.resources, one.not_resources, arn)
        and not any(_never(operator, key, values, facts) for (operator, key), values in denied_under(one).items())
    )


def _may_be(among: tuple[Any, ...], but: tuple[Any, ...], wanted: str) -> bool:
    """Whether what is wanted may be among these, or is not surely among those left out; trust has no resources."""
    if but:
        return not any(isinstance(one, str) and fnmatchcase(wanted, one) for one in but)
    return not among or any(_may_meet(text_of(one), wanted) for one in among)


def _may_meet(pattern: str | None, wanted: str) -> bool:
    """Whether a pattern may mean something that is wanted, which may be a pattern itself."""
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    if pattern is None or "${aws:" in pattern:
        return True
    if "*" not in wanted:
        return fnmatchcase(wanted, pattern)
    # Two patterns: what comes before the first wildcard must not keep them apart.
    begin, wanted_begin = re.split(r"[*?]", pattern)[0], wanted.split("*")[0]
    return wanted_begin.startswith(begin) or begin.startswith(wanted_begin)


def _never(operator: str, key: str, values: tuple[Any, ...], facts: Facts) -> bool:
    """Whether the facts surely do not meet a condition.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    if key not in facts:
        return False
    fact = facts[key]
    if operator == "null":
        return values == ("false" if fact is None else "true",)
    if operator == "bool":
        return values == (_OPPOSITE.get(str(fact)),)
    if operator == "numericlessthan":
        return values == (fact,)
    return operator in _NOT and fact is not None and fact in values


def may_mean_service(one: Statement, service: str) -> bool:
    """Whether a statement's principal may be a service."""
    return bool(one.not_principals) or any(text_of(value) in (None, "*", service) for _, value in one.principals)


def may_mean_role(template: Template, one: Statement, role: Resource) -> bool:
    """Whether a statement's principal may be a role: a statement of its own has none."""
    if one.not_principals or not one.principals:
        return True
    people = [value for kind, value in one.principals if kind not in ("Service", "Federated")]
    return any(_may_be_role(template, value, role) for value in people)


def _may_be_role(template: Template, principal: Any, role: Resource) -> bool:
    """Whether a principal is everybody, an account that may be ours, or the role itself or a session of it."""
    text = text_of(principal)
    if text is None or text == "*":
        return True
    account = _WHOLE_ACCOUNT.fullmatch(text)
    if account:
        return not template.account.isdigit() or account.group(1) == template.account
    return template.name(role) in text.split("/")
