"""The rules of a Choice state.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from hallmark.stage.embedded.workflows.failures import broken
from hallmark.stage.embedded.workflows.paths import find, is_present

Json = dict[str, Any]
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
_NAME = re.compile(rf"(String|Numeric|Boolean|Timestamp)({'|'.join(sorted(_COMPARED, key=len, reverse=True))})(Path)?")


def is_operator(name: str) -> bool:
    """Return whether a field of a rule is an operator."""
    return bool(_NAME.fullmatch(name)) or name in {"IsPresent", "StringMatches", *(f"Is{kind}" for kind in _TYPES)}


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str) or "T" not in value:
        return None
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "String": lambda value: isinstance(value, str),
    "Numeric": _is_number,
    "Boolean": lambda value: isinstance(value, bool),
    "Timestamp": lambda value: _time(value) is not None,
    "Null": lambda value: value is None,
}


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|\*|[^\\*]+|\\", text)
    return re.compile(
        "".join(".*" if part == "*" else re.escape(re.sub(r"\\(.)", r"\1", part)) for part in parts), re.DOTALL
    )


def holds(rule: Json, data: Any, context: Json) -> bool:
    """Return whether a rule is true; Failed for a variable that is missing, but for IsPresent."""
    if "And" in rule:
        return all(holds(one, data, context) for one in rule["And"])
    if "Or" in rule:
        return any(holds(one, data, context) for one in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], data, context)
    name = next((one for one in rule if one not in ("Variable", "Next", "Comment")), "")
    wanted: Any = rule.get(name)
    if name == "IsPresent":
        return is_present(rule["Variable"], data, context) is wanted
    value = find(rule["Variable"], data, context)
    if name.startswith("Is") and name[2:] in _TYPES:
        return _TYPES[name[2:]](value) is wanted
    if name == "StringMatches":
        return isinstance(value, str) and _pattern(wanted).fullmatch(value) is not None
    parsed = _NAME.fullmatch(name)
    if parsed is None:
        raise broken(f"The choice has no operator: {rule}")
    kind, comparison, by_path = parsed.groups()
    other = find(wanted, data, context) if by_path else wanted
    if not (_TYPES[kind](value) and _TYPES[kind](other)):
        return False
    if kind == "Timestamp":
        value, other = _time(value), _time(other)
    return _COMPARED[comparison](value, other)
