"""What the contract says of the answer to a body of `POST /upload`, written a second time."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from hallmark.csv_files.card_numbers import holds_card_number
from tests.integration.merchant_upload.contract import ANSWER, MOST_BYTES, UPLOAD_ID
from tests.support.refusals import Contract

# Every rule that the function may give as a reason: a value of the request cannot be among them.
RULES = {
    "body": {"a JSON object in UTF-8, no name twice", "no other fields than fileName, size, sha256"},
    "fileName": {"1 to 200 characters; no control or format character, formula or card number"},
    "size": {f"a whole number of bytes from 0 to {MOST_BYTES}"},
    "sha256": {"64 hexadecimal digits in lower case"},
}
JOINERS = "\u200c\u200d"


class _NoObjectError(ValueError):
    """No JSON object in UTF-8, or one with a name twice."""


def contract(schema: Mapping[str, Any]) -> Contract:
    """Return the contract of the API with an exported schema."""
    return Contract(schema, 201, _broken, _accepted, _refused)


def _broken(body: bytes) -> tuple[set[str], dict[str, Any]]:
    try:
        sent = _parsed(body)
    except (ValueError, RecursionError):
        return {"body"}, {}
    broken = {name for name, holds in HOLDS.items() if name in sent and not holds(sent[name])}
    return broken | ({"body"} if sent.keys() - HOLDS.keys() else set()), sent


def _parsed(body: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise _NoObjectError
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise _NoObjectError

    written = body.decode("utf-8")
    # What stands for bytes that were no UTF-8, unless it is in an escape.
    if "\ufffd" in written:
        raise _NoObjectError
    found = json.loads(written, object_pairs_hook=once, parse_constant=refuse)
    if not isinstance(found, dict):
        raise _NoObjectError
    return found


def _is_name(value: Any) -> bool:
    if not isinstance(value, str) or not 1 <= len(value) <= 200 or value[0] in "=+-@\t\r":
        return False
    kinds = {unicodedata.category(character) for character in value if character not in JOINERS}
    return not kinds & {"Cc", "Cf", "Cs"} and not holds_card_number(value)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_BYTES


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


HOLDS = {"fileName": _is_name, "size": _is_size, "sha256": _is_digest}


def _accepted(content: Any, sent: dict[str, Any]) -> str | None:
    if content.keys() != ANSWER or not re.fullmatch(UPLOAD_ID, content["uploadId"]):
        return "accepted in another shape"
    if content["maxBytes"] != sent.get("size", MOST_BYTES):
        return "accepts another size"
    return None


def _refused(errors: Any, broken: set[str]) -> str | None:
    if any(error.keys() != {"field", "rule"} or error["rule"] not in RULES.get(error["field"], ()) for error in errors):
        return "refused with other words"
    named = {error["field"] for error in errors}
    return None if named == broken else f"must name {sorted(broken)} and names {sorted(named)}"
