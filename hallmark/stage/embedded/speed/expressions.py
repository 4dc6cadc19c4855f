"""A cache of parsed DynamoDB expressions: the emulator parses a key condition again for each row of a partition.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

import functools
import re
from typing import Any

from ministack.services import dynamodb

Names = dict[str, str]
Values = dict[str, dict[str, str]]
_KEY_RANGE = re.compile(r"\s*(#?\w+) = (:\w+) AND (#?\w+) BETWEEN (:\w+) AND (:\w+)\s*")


@functools.lru_cache(maxsize=256)
def _key_range(expression: str) -> tuple[str, ...] | None:
    """Return the five parts of `partition = :p AND sort BETWEEN :low AND :high`, or None for any other expression."""
    match = _KEY_RANGE.fullmatch(expression)
    return match.groups() if match else None


def _within(item: Values, parts: tuple[str, ...], values: Values, names: Names) -> bool | None:
    """Return whether the item's keys are in the range; None unless all are strings, which compare as UTF-8 bytes."""
    partition, sort = (item.get(names.get(name, name), {}).get("S") for name in (parts[0], parts[2]))
    wanted, low, high = (values.get(parts[index], {}).get("S") for index in (1, 3, 4))
    if partition is None or sort is None or wanted is None or low is None or high is None:
        return None
    return partition == wanted and low <= sort <= high


def install() -> None:
    """Answer key ranges directly, and cache the syntax checks of all other expressions."""
    evaluate = dynamodb._evaluate_condition

    def evaluate_condition(expression: str, item: Values, values: Values, names: Names, slot: str = "") -> Any:
        parts = _key_range(expression) if slot == "KeyConditionExpression" else None
        within = _within(item, parts, values or {}, names or {}) if parts else None
        if within is not None:
            return within
        return evaluate(expression, item, values, names, **({"slot": slot} if slot else {}))

    dynamodb._evaluate_condition = evaluate_condition
    dynamodb._condition_syntax_error = functools.lru_cache(maxsize=256)(dynamodb._condition_syntax_error)
