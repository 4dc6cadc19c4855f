"""The typed rules of a file; the stage's parameters are inserted while reading."""

import hashlib
import json
from collections import Counter
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel

from hallmark.systems.realtime.cards.predicates import RULE_IDS

_FIELD_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("amount", "recentTxnCount", "localHour"), (int, Decimal)),
    "cardNotPresent": (bool,),
    **dict.fromkeys(("currency", "region", "merchantCategory", "country", "cardholderTimeZone", "accountId"), (str,)),
    "merchantId": (str,),
}
_NUMERIC = (int, Decimal)
# Well below the 400 KB of an item in DynamoDB, also when each character takes four bytes.
_MOST_CHARACTERS = 50_000


def _one_of(name: str, known: tuple[str, ...]) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in known:
            raise ValueError(f"unknown {name} `{_shown(value)}`: use one of {', '.join(known)}")
        return value

    return BeforeValidator(check)


def _resolve(value: object, info: ValidationInfo) -> object:
    """Replace `{parameter: name}` by the stage's value, a list if it has several."""
    if not isinstance(value, dict):
        return value
    parameters: dict[str, Any] = info.context or {}
    name = value.get("parameter")
    if set(value) != {"parameter"} or not isinstance(name, str) or name not in parameters:
        raise ValueError(f"unknown parameter `{_shown(name)}`: use one of {', '.join(parameters)}")
    found = parameters[name]
    return list(found) if isinstance(found, tuple) else found


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, strict=True)


class Condition(_Strict):
    """One comparison of a field with a value that suits its type and the operator."""

    field: Annotated[str, _one_of("field", tuple(_FIELD_TYPES))]
    operator: Annotated[str, _one_of("operator", ("gte", "lte", "in", "notIn", "is"))]
    value: Annotated[Any, BeforeValidator(_resolve)]

    @model_validator(mode="after")
    def _suits(self) -> Self:
        types = _FIELD_TYPES[self.field]
        many = self.operator in ("in", "notIn")
        if many and not (isinstance(self.value, list) and self.value):
            raise ValueError(f"`{self.operator}` needs a list of values")
        if self.operator in ("gte", "lte") and types != _NUMERIC:
            raise ValueError(f"`{self.operator}` compares numbers, but `{self.field}` is not a number")
        if not all(type(value) in types for value in (self.value if many else [self.value])):
            raise ValueError(f"the value does not suit `{self.field}`, which is {_kind(types)}")
        return self


class Rule(_Strict):
    """One rule; a transaction is suspected when all conditions hold."""

    rule_id: Annotated[str, _one_of("ruleId", RULE_IDS)]
    severity: Literal["low", "medium", "high", "critical"]
    description: Annotated[str, Field(min_length=1)]
    conditions: Annotated[list[Condition], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if len(self._canonical()) > _MOST_CHARACTERS:
            raise ValueError(f"the rule `{self.rule_id}` is longer than {_MOST_CHARACTERS} characters")
        return self

    def content(self) -> dict[str, Any]:
        """Return the content of a version, without its number and time."""
        return self.model_dump(by_alias=True)

    def content_hash(self) -> str:
        """Return the SHA-256, hex, of the content's canonical JSON."""
        return hashlib.sha256(self._canonical().encode()).hexdigest()

    def _canonical(self) -> str:
        # A Decimal here has at most 15 digits, which a float represents exactly.
        return json.dumps(self.content(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=float)


class RuleFile(_Strict):
    """All rules of a file, each id once."""

    rules: Annotated[list[Rule], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        twice = [rule for rule, times in Counter(rule.rule_id for rule in self.rules).items() if times > 1]
        if twice:
            raise ValueError(f"ruleId `{twice[0]}` occurs more than once")
        return self


def _shown(value: object) -> str:
    text = str(value)
    return f"{text[:40]}..." if len(text) > 40 else text


def _kind(types: tuple[type, ...]) -> str:
    return "a number" if types == _NUMERIC else "true or false" if types == (bool,) else "a text"
