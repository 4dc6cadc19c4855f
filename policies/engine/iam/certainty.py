"""What a statement certainly says: that it is about an action on an ARN, and that its conditions hold by the facts.

When in doubt it says nothing; `permissions` asks the other way round, what a denial may say.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from typing import Any

from policies.engine.iam.permissions import ALIKE, IF_EXISTS, NOT, Facts, is_other, may_be
from policies.engine.iam.statements import Statement, conditions_of, fits, fits_arn, lower
from policies.engine.template.intrinsics import text_of

# {(operator, key): values}, as `conditions_of` returns them.
Conditions = dict[tuple[str, str], tuple[Any, ...]]


def about(one: Statement, action: str, arn: str) -> bool:
    """Return whether a statement certainly covers an action on an ARN; both may be patterns."""
    return _listed(lower(one.actions), lower(one.not_actions), action.lower()) and _listed(
        one.resources, one.not_resources, arn
    )


def _listed(among: tuple[Any, ...], but: tuple[Any, ...], wanted: str) -> bool:
    if but:
        return not any(may_be((one,), (), wanted) for one in but)
    # A variable of IAM's stands for something of the request.
    return any(isinstance(one, str) and "${aws:" not in one and fits(wanted, one) for one in among)


def applies(one: Statement, facts: Facts, given: Conditions | None = None) -> bool:
    """Return whether the conditions certainly hold: each by the facts, or among those that are `given` to hold."""
    if "Condition" in one.owner.raw:
        return False
    conditions = conditions_of(one).items()
    return all((given or {}).get(key) == values or holds(*key, values, facts) for key, values in conditions)


def holds(operator: str, key: str, values: tuple[Any, ...], facts: Facts) -> bool:
    """Return whether a condition certainly holds by the facts."""
    if key not in facts:
        return False
    fact, where_missing = facts[key], operator.endswith(IF_EXISTS)
    operator = operator.removesuffix(IF_EXISTS)
    if operator == "null":
        return values == ("true" if fact is None else "false",)
    if fact is None:
        return where_missing or operator in NOT
    if operator == "bool":
        return values == (fact,)
    if operator in ALIKE:
        return any(_is_like(operator, text_of(value), fact) for value in values)
    return operator in NOT and all(isinstance(value, str) and is_other(operator, value, fact) for value in values)


def _is_like(operator: str, value: str | None, fact: str) -> bool:
    if value is None or "${aws:" in value:
        return False
    if "ignorecase" in operator:
        value, fact = value.lower(), fact.lower()
    if operator.startswith("stringequals"):
        return value == fact
    return value == fact or (fits_arn(fact, value) if operator.startswith("arn") else fits(fact, value))
