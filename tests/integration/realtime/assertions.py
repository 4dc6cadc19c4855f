"""Sends bodies and compares each answer with the contract; keeps what was accepted and what was refused."""

import base64
import json
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jsonschema
import urllib3

from hallmark.systems.realtime.cards.tokens import token
from tests.integration.realtime.contract import FIELDS, NoObjectError, broken_fields, parse
from tests.integration.realtime.drawn_bodies import MARK

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
# Deeper bodies are refused; whether by the gateway or by the function depends on its JSON parser.
DEPTH_THAT_ALL_PARSE = 100


def answer_of_the_gateway(schema: dict[str, Any]) -> dict[str, Any]:
    """Return API Gateway's answer to every body that does not fit the model: all rules, whichever is broken."""
    rules = [{"field": name, "rule": field["description"]} for name, field in schema["properties"].items()]
    return {
        "message": "The body does not match the request schema: one of these rules is broken",
        "errors": [{"field": "body", "rule": "a JSON object"}, *rules],
    }


@dataclass
class Judge:
    """Judges the answers of one API by its exported schema."""

    api: Any
    key: str
    run: str
    schema: dict[str, Any]
    accepted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    sent: int = 0

    def mark(self) -> str:
        """Return an identifier that no other request has: letters, so that it is never taken for a card number."""
        return "fz" + token(self.run, self.sent, length=14)

    def any_mark(self) -> str:
        """Return the pattern of all marks."""
        return "fz[a-p]{14}"

    def judge(self, body: bytes, **headers: str) -> int:
        """Send a body, MARK in it replaced; fail with a command that sends it again when the answer is wrong."""
        self.sent += 1
        mark = self.mark()
        body = body.replace(MARK.encode(), mark.encode())
        answer = self.api.post(body, key=self.key, **headers)
        found = _complaint(self, answer, body, mark)
        assert found is None, (
            f"{found}\nthe answer: {answer.status} {answer.data!r}\nsend it again: {_command(body, headers)}"
        )
        (self.accepted if answer.status == 202 else self.refused).add(mark)
        status: int = answer.status
        return status


def _complaint(judge: Judge, answer: urllib3.BaseHTTPResponse, body: bytes, mark: str) -> str | None:
    """Return what is wrong with an answer, or None."""
    try:
        content = answer.json()
    except ValueError:
        return "the answer is not JSON"
    try:
        sent = parse(body)
        broken = broken_fields(sent, datetime.now(UTC))
    except NoObjectError:
        sent, broken = {}, {"body"}
    if not broken:
        return _not_accepted(answer.status, content, sent)
    if answer.status != 400:
        return f"must be refused for {sorted(broken)}"
    if mark in f"{answer.data!r}{answer.headers}":
        return "the refusal repeats a value"
    by_gateway = content == answer_of_the_gateway(judge.schema)
    fits = _fits(judge.schema, body)
    if fits is not None and by_gateway == fits:
        return "the gateway must let it through" if fits else "the gateway must refuse it"
    return None if by_gateway else _not_named(content, broken)


def _not_accepted(status: int, content: Any, sent: dict[str, Any]) -> str | None:
    if status != 202:
        return "it is valid"
    if content.keys() != {"transactionId", "status", "receivedAt"} or content["transactionId"] != sent["transactionId"]:
        return "accepted in another shape"
    return None


def _fits(schema: dict[str, Any], body: bytes) -> bool | None:
    """Return whether a body fits the exported schema; None where that depends on the gateway's JSON parser."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        value = json.loads(body.decode("utf-8"), parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    return None if _deep(value) else jsonschema.Draft4Validator(schema).is_valid(value)


def _deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH_THAT_ALL_PARSE):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _not_named(content: Any, broken: set[str]) -> str | None:
    """Return what is wrong with the function's refusal: exactly the broken fields, with known words only."""
    if content.keys() != {"message", "errors"} or content["message"] != "The request is invalid.":
        return "refused in another shape"
    if any(error.keys() != {"field", "rule"} or error["rule"] not in RULES for error in content["errors"]):
        return "refused with other words"
    named = {error["field"] for error in content["errors"]}
    strangers = broken - FIELDS.keys()
    bounded = len(strangers) > NAMES_OF_STRANGERS and named <= broken and broken - strangers <= named and len(named) > 1
    return None if named == broken or bounded else f"must name {sorted(broken)} and names {sorted(named)}"


def _command(body: bytes, headers: dict[str, str]) -> str:
    """Return a shell command that sends a body byte for byte; the key stays out of it."""
    named = {"content-type": "application/json", **headers}
    options = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in named.items())
    return (
        f"echo {base64.b64encode(body).decode()} | base64 -d | "
        f'curl -sS "$API_URL" -H "x-api-key: $API_KEY" {options} --data-binary @-'
    )
