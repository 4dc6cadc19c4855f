"""Templates of any size, grown from a synthesized one: some of its resources many times over, wired like the first."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.template.intrinsics import is_function

Document = dict[str, Any]
_RULE, _QUEUE, _QUEUE_POLICY = "AWS::Events::Rule", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"
_PERMISSION, _ALARM = "AWS::Lambda::Permission", "AWS::CloudWatch::Alarm"
_PATH, _METHOD = "AWS::ApiGateway::Resource", "AWS::ApiGateway::Method"
_KEY, _PLAN_KEY = "AWS::ApiGateway::ApiKey", "AWS::ApiGateway::UsagePlanKey"
_ROLE, _LOG_GROUP = "AWS::IAM::Role", "AWS::Logs::LogGroup"
_FUNCTION = tuple(f"AWS::Lambda::{kind}" for kind in ("Function", "Version", "Alias", "EventInvokeConfig"))


@dataclass(frozen=True)
class Shape:
    """What grows: resources of these types with a word in their logical ids; `own` are texts that no two share."""

    types: tuple[str, ...]
    word: str
    own: tuple[str, ...]


# What is of the first of its kind in the first system's template.
SHAPES = {
    "rules": Shape((_RULE,), "highriskmerchant", ("high-risk-merchant", "luxury")),
    "queues": Shape((_QUEUE, _QUEUE_POLICY, _ALARM), "failure", ("-failure",)),
    "routes": Shape((_PATH, _METHOD, _PERMISSION), "transactions", ('"transactions', "/POST/transactions")),
    "keys": Shape((_KEY, _PLAN_KEY), "Api", ("-client",)),
    "functions": Shape((*_FUNCTION, _ROLE, _LOG_GROUP, _ALARM), "notifier", ("notifier",)),
    "fan-outs": Shape(
        (_RULE, _QUEUE, _QUEUE_POLICY, _PERMISSION, _ALARM), "highriskmerchant", ("high-risk-merchant", "luxury")
    ),
}


def grown(document: Mapping[str, Any], shape: Shape, count: int) -> Document:
    """A template with that many of a shape in all; what names the first of them in a list names the others, too."""
    resources: dict[str, Any] = document["Resources"]
    first = {name: raw for name, raw in resources.items() if raw["Type"] in shape.types and shape.word in name}
    if not first:
        raise ValueError(f"no resource has {shape.word} in its logical id")
    copies = [_Copy((*first, *shape.own), number) for number in range(2, count + 1)]
    rest = {name: _named(raw, copies) for name, raw in resources.items() if name not in first}
    new = {copy.text(name): copy.value(raw) for copy in copies for name, raw in first.items()}
    return {**document, "Resources": {**rest, **first, **new}}


class _Copy:
    """One copy: every text of the first that must not be another's gets the copy's number."""

    def __init__(self, own: tuple[str, ...], number: int) -> None:
        self._own, self._number = own, number

    def text(self, text: str) -> str:
        for one in self._own:
            text = text.replace(one, f"{one}-{self._number}" if "-" in one or '"' in one else f"{one}{self._number}")
        return text

    def value(self, value: Any) -> Any:
        return json.loads(self.text(json.dumps(value)))


def _named(value: Any, copies: list[_Copy]) -> Any:
    """A value whose innermost lists name the copies beside the first."""
    if isinstance(value, dict) and not is_function(value):
        return {key: _named(item, copies) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    return list(_items(value, copies))


def _items(values: list[Any], copies: list[_Copy]) -> Iterator[Any]:
    for value in values:
        yield _named(value, copies)
        if isinstance(value, str) or is_function(value):
            text = json.dumps(value)
            yield from (json.loads(named) for copy in copies if (named := copy.text(text)) != text)
