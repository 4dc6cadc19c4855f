"""Sends bodies to an API and compares each answer with its contract; keeps what was accepted and what was refused."""

import base64
import hashlib
import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema
import urllib3

from tests.support.drawn_json import MARK

# Deeper bodies are refused; whether by the gateway or by the function depends on its JSON parser.
DEPTH_THAT_ALL_PARSE = 100
ANY_MARK = "fz[a-p]{14}"
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
Answer = urllib3.BaseHTTPResponse


@dataclass(frozen=True)
class Contract:
    """What an API promises of a body's answer.

    `broken` returns the broken fields and what was sent; `accepted` and `refused` return what is wrong with the
    answer's status or content, or None.
    """

    schema: Mapping[str, Any]
    accepts: int
    broken: Callable[[bytes], tuple[set[str], Any]]
    accepted: Callable[[Any, Any], str | None]
    refused: Callable[[Any, set[str]], str | None]


@dataclass
class Judge:
    """Judges the answers of one API; `send` takes a body and headers."""

    send: Callable[[bytes, Mapping[str, str]], Answer]
    run: str
    contract: Contract
    accepted: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    sent: int = 0

    def mark(self) -> str:
        """Return an identifier that no other request has."""
        self.sent += 1
        return new_mark(self.run, self.sent)

    def judge(self, body: bytes, **headers: str) -> int:
        """Send a body, MARK in it replaced; fail with a command that sends it again when the answer is wrong."""
        mark = self.mark()
        body = body.replace(MARK.encode(), mark.encode())
        answer = self.send(body, headers)
        found = self._complaint(answer, body, mark)
        assert found is None, (
            f"{found}\nthe answer: {answer.status} {answer.data!r}\nsend it again: {_command(body, headers)}"
        )
        (self.accepted if answer.status == self.contract.accepts else self.refused).add(mark)
        return answer.status

    def _complaint(self, answer: Answer, body: bytes, mark: str) -> str | None:
        """Return what is wrong with an answer, or None."""
        try:
            content = answer.json()
        except ValueError:
            return "the answer is not JSON"
        contract = self.contract
        broken, sent = contract.broken(body)
        if not broken:
            return "it is valid" if answer.status != contract.accepts else contract.accepted(content, sent)
        if answer.status != 400:
            return f"must be refused for {sorted(broken)}"
        if mark in f"{answer.data!r}{answer.headers}":
            return "the refusal repeats a value"
        by_gateway = content == answer_of_the_gateway(contract.schema)
        fits = _fits(contract.schema, body)
        if fits is not None and by_gateway == fits:
            return "the gateway must let it through" if fits else "the gateway must refuse it"
        if by_gateway:
            return None
        if content.keys() != {"message", "errors"} or content["message"] != "The request is invalid.":
            return "refused in another shape"
        return contract.refused(content["errors"], broken)


def new_mark(run: str, number: int) -> str:
    """Return an identifier of a request: letters, so that it is never taken for a card number."""
    return "fz" + hashlib.sha256(f"{run} {number}".encode()).hexdigest()[:14].translate(_LETTERS)


def answer_of_the_gateway(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return API Gateway's answer to every body that does not fit the model: all rules, whichever is broken."""
    rules = [{"field": name, "rule": field["description"]} for name, field in schema["properties"].items()]
    return {
        "message": "The body does not match the request schema: one of these rules is broken",
        "errors": [{"field": "body", "rule": "a JSON object"}, *rules],
    }


def _fits(schema: Mapping[str, Any], body: bytes) -> bool | None:
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


def _command(body: bytes, headers: Mapping[str, str]) -> str:
    """Return a shell command that sends a body byte for byte; the key stays out of it."""
    named = {"content-type": "application/json", **headers}
    options = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in named.items())
    return (
        f"echo {base64.b64encode(body).decode()} | base64 -d | "
        f'curl -sS "$API_URL" -H "x-api-key: $API_KEY" {options} --data-binary @-'
    )
