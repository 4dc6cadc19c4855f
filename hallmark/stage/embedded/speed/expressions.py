"""A cache of parsed DynamoDB expressions: the emulator parses a key condition again for each row of a partition.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

import functools
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ministack.services import dynamodb

Names = dict[str, str]
Values = dict[str, dict[str, str]]
Token = tuple[str, str]
_KEY_RANGE = re.compile(r"\s*(#?\w+) = (:\w+) AND (#?\w+) (?:BETWEEN (:\w+) AND (:\w+)|(<|<=|=|>=|>) (:\w+))\s*")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_number = functools.lru_cache(maxsize=4096)(Decimal)


@functools.lru_cache(maxsize=256)
def key_range(expression: str) -> tuple[str, str, str, tuple[tuple[str, str], ...]] | None:
    """Return names of partition, its value and sort key, and the bounds (operator, value's name) of a key range.

    None for any other expression than `partition = :p AND sort BETWEEN :low AND :high`, or with one operator.
    """
    match = _KEY_RANGE.fullmatch(expression)
    if match is None:
        return None
    partition, value, sort, low, high, compared, bound = match.groups()
    return partition, value, sort, ((compared, bound),) if bound else ((">=", low), ("<=", high))


def comparable(attribute: dict[str, str]) -> str | Decimal | None:
    """Return a string, which compares as its UTF-8 bytes do, or a number; None for another type."""
    return attribute["S"] if "S" in attribute else _number(attribute["N"]) if "N" in attribute else None


def _within(item: Values, expression: str, values: Values, names: Names) -> bool | None:
    """Return whether the item's keys are in the range; None unless the expression is one and the types are the same."""
    if (parts := key_range(expression)) is None:
        return None
    partition, wanted, sort, bounds = parts
    pairs = [("=", partition, wanted), *((compared, sort, bound) for compared, bound in bounds)]
    for compared, name, value in pairs:
        found = comparable(item.get(names.get(name, name), {}))
        limit = comparable(values.get(value, {}))
        if found is None or type(found) is not type(limit):
            return None
        if not _OPERATORS[compared](found, limit):
            return False
    return True


def install() -> None:
    """Answer key ranges directly, and cache the tokens and syntax checks of all other expressions."""
    evaluate, tokenize = dynamodb._evaluate_condition, functools.lru_cache(maxsize=1024)(dynamodb._tokenize)

    def evaluate_condition(expression: str, item: Values, values: Values, names: Names, slot: str = "") -> Any:
        within = _within(item, expression, values or {}, names or {}) if slot == "KeyConditionExpression" else None
        if within is not None:
            return within
        return evaluate(expression, item, values, names, **({"slot": slot} if slot else {}))

    def tokens_of(expression: str) -> list[Token]:
        return list(tokenize(expression))

    dynamodb._evaluate_condition = evaluate_condition
    dynamodb._tokenize = tokens_of
    dynamodb._condition_syntax_error = functools.lru_cache(maxsize=256)(dynamodb._condition_syntax_error)
