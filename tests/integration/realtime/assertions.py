"""What realtime's contract says of the answer to a body."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.integration.realtime.contract import FIELDS, NoObjectError, broken_fields, parse
from tests.support.refusals import Contract

# Every rule that the function may give as a reason: a value of the request cannot be among them.
RULES = {
    "a JSON object of at most 64 KiB, in UTF-8",
    "8 to 64 of A-Z a-z 0-9 _ -",
    "a token: 6 to 64 of A-Z a-z 0-9 _ -",
    "an RFC 3339 time with zone, from 2000 to five minutes from now",
    "a number from -5e9 to 5e9 with at most two decimals",
    "three capital letters",
    "a region such as us-east-1",
    "1 to 64 characters, no control characters",
    "2 to 32 of a-z 0-9 -, a letter first",
    "true or false",
    "two capital letters",
    "an IANA time zone such as Europe/Berlin",
    "required",
    "not a field of the request",
    "no card data: send tokens",
}
NAMES_OF_STRANGERS = 20


def contract(schema: Mapping[str, Any]) -> Contract:
    """Return the contract of the API with an exported schema."""
    return Contract(schema, 202, _broken, _accepted, _refused)


def _broken(body: bytes) -> tuple[set[str], dict[str, Any]]:
    try:
        sent = parse(body)
        return set(broken_fields(sent, datetime.now(UTC))), sent
    except NoObjectError:
        return {"body"}, {}


def _accepted(content: Any, sent: dict[str, Any]) -> str | None:
    if content.keys() != {"transactionId", "status", "receivedAt"} or content["transactionId"] != sent["transactionId"]:
        return "accepted in another shape"
    return None


def _refused(errors: Any, broken: set[str]) -> str | None:
    """Return what is wrong with the function's refusal: exactly the broken fields, with known words only."""
    if any(error.keys() != {"field", "rule"} or error["rule"] not in RULES for error in errors):
        return "refused with other words"
    named = {error["field"] for error in errors}
    strangers = broken - FIELDS.keys()
    bounded = len(strangers) > NAMES_OF_STRANGERS and named <= broken and broken - strangers <= named and len(named) > 1
    return None if named == broken or bounded else f"must name {sorted(broken)} and names {sorted(named)}"
