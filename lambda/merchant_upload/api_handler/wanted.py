"""What a merchant asks an upload for: the body of `POST /upload`, judged field by field."""

import json
import re
from dataclasses import dataclass
from typing import Any, Optional, Union

from shared_python.card_number import contains_card_number

# A file of 50,000 rows at most is far below; S3 refuses what is larger, or empty.
MAX_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 200
_FORMULA = re.compile(r"[=+\-@\t\r]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Wanted:
    """A file to come: its name for the status, its bytes, its SHA-256 in hexadecimal digits; None where not said."""

    file_name: Optional[str] = None
    size: Optional[int] = None
    sha256: Optional[str] = None


@dataclass(frozen=True)
class Refused:
    """Why not: field and rule, never the value."""

    errors: list[dict[str, str]]


def wanted(body: Optional[str]) -> Union[Wanted, Refused]:
    """Read a body."""
    try:
        found: Any = json.loads(body or "")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Refused([_error("body", "a JSON object")])
    errors = [_error("body", "no other field than fileName, size, sha256") for name in found if name not in _RULES][:1]
    errors += [error for name, rule in _RULES.items() if name in found for error in rule(found[name])]
    if errors:
        return Refused(errors)
    return Wanted(found.get("fileName"), found.get("size"), found.get("sha256"))


def _file_name(value: Any) -> list[dict[str, str]]:
    """A free text, as those of the files: the first rule that it breaks."""
    if not isinstance(value, str) or not value:
        return [_error("fileName", "format")]
    if len(value) > LONGEST_NAME:
        return [_error("fileName", "too-long")]
    if _FORMULA.match(value):
        return [_error("fileName", "formula")]
    if contains_card_number(value):
        return [_error("fileName", "card-number")]
    # A lone surrogate can be written in JSON, and is no character.
    if _CONTROL.search(value) or any("\ud800" <= one <= "\udfff" for one in value):
        return [_error("fileName", "format")]
    return []


def _size(value: Any) -> list[dict[str, str]]:
    good = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_BYTES
    return [] if good else [_error("size", f"a whole number of bytes from 1 to {MAX_BYTES}")]


def _sha256(value: Any) -> list[dict[str, str]]:
    good = isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value)
    return [] if good else [_error("sha256", "64 hexadecimal digits in lower case")]


def _error(field: str, rule: str) -> dict[str, str]:
    return {"field": field, "rule": rule}


_RULES = {"fileName": _file_name, "size": _size, "sha256": _sha256}
