"""Numbers and JSON in resolved values."""

import math
import re
from typing import Any

from policies.engine.reading.json_reader import read_json
from policies.engine.reading.refusal import Unreadable
from policies.engine.template.intrinsics import UNKNOWN

_NUMBER = re.compile(r"\s*[+-]?\d{1,300}(?:\.\d{1,300})?\s*")


def number_of(value: Any) -> float | None:
    """Return a resolved value as a number ("30" is 30), None if it cannot be resolved or is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def json_of(text: str) -> Any:
    """Return the value of a JSON text; UNKNOWN for any other text."""
    try:
        return read_json(text)
    except Unreadable:
        return UNKNOWN
