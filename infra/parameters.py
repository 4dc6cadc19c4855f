"""Parameters: fields of a frozen dataclass that carry their key and their rule, declared once."""

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from infra.errors import UserError, bad
from infra.paths import ROOT

_RULE = "rule"
# The common form, in the lengths of RFC 5321, section 4.5.3.1.
_LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9](-*[A-Za-z0-9])*\.)+[A-Za-z]{2,63}")
# RFC 2606 and RFC 6761: nobody receives mail there.
_EXAMPLE_DOMAIN = re.compile(r"[@.](example\.(com|net|org)|example|invalid|test|localhost)$")
# RFC 1918.
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
Declared = TypeVar("Declared")


@dataclass(frozen=True)
class Rule:
    """The key of a parameter in the context, and its reader: (full key, raw value) -> value or UserError."""

    key: str
    read: Callable[[str, Any], Any]
    # Whether a value only stands for one that the stack's owner must choose.
    is_placeholder: Callable[[Any], bool] = lambda value: False


def number(key: str, *, at_least: int = 1, at_most: int) -> Any:
    """Declare a whole number."""
    return _declared(key, lambda name, value: whole(name, value, at_least, at_most))


def numbers(key: str, of: tuple[str, ...], *, at_least: int = 1, at_most: int) -> Any:
    """Declare an object of whole numbers for some of the names."""

    def read(name: str, value: Any) -> dict[str, int]:
        if not isinstance(value, Mapping) or not set(value) <= set(of):
            raise bad(name, value, f"an object of whole numbers for any of {', '.join(of)}")
        return {one: whole(f"{name}.{one}", count, at_least, at_most) for one, count in value.items()}

    return _declared(key, read)


def items(key: str, pattern: str, such_as: str, *, at_least: int = 1, at_most: int = 100, or_none: bool = False) -> Any:
    """Declare a list of unique texts, each of which matches the whole pattern."""
    count = f"{at_least} to {at_most}" if at_least < at_most else str(at_least)

    def read(name: str, value: Any) -> tuple[str, ...]:
        values = listed(name, value)
        fitting = [one for one in values if re.fullmatch(pattern, one)]
        if or_none and not values:
            return ()
        if not at_least <= len(values) <= at_most or fitting != values or len(set(values)) < len(values):
            raise bad(name, values, f"{'none, or ' if or_none else ''}{count} {such_as}, each once")
        return tuple(values)

    return _declared(key, read)


def text(key: str, pattern: str, wants: str) -> Any:
    """Declare a text that matches the whole pattern."""

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise bad(name, value, wants)
        return value

    return _declared(key, read)


def short_name(key: str) -> Any:
    """Declare a short name, the part of a physical name that the stack's owner chooses."""
    return text(key, r"[a-z][a-z0-9-]{0,39}", "a name of 1 to 40 lower-case letters, digits and hyphens")


def email(key: str) -> Any:
    """Declare an email address; one of a domain that is reserved for examples is a placeholder."""

    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > _LONGEST_EMAIL or not _EMAIL.fullmatch(value):
            raise bad(name, value, "an email address such as compliance@example.com")
        return value

    return _declared(key, read, lambda value: _EXAMPLE_DOMAIN.search(value.lower()) is not None)


def address_range(key: str, least_prefix: int, most_prefix: int) -> Any:
    """Declare a range of private IPv4 addresses, in CIDR notation."""

    def read(name: str, value: Any) -> str:
        try:
            found = ipaddress.IPv4Network(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        private = found is not None and any(found.subnet_of(one) for one in _PRIVATE)
        if found is None or str(found) != value or not private or not least_prefix <= found.prefixlen <= most_prefix:
            wants = f"a private range of /{least_prefix} to /{most_prefix} such as 10.40.0.0/20"
            raise bad(name, value, wants)
        return str(found)

    return _declared(key, read)


def schema_file(key: str) -> Any:
    """Declare the path of a JSON schema in the project that API Gateway supports; its value is the schema."""
    return _declared(key, _schema)


def _declared(key: str, read: Callable[[str, Any], Any], *placeholder: Callable[[Any], bool]) -> Any:
    return field(metadata={_RULE: Rule(key, read, *placeholder)})


def rules(declaration: type) -> dict[str, Rule]:
    """Return the rules of a dataclass of parameters, by the field's name."""
    # Every such class is a dataclass, which `type` cannot express.
    return {one.name: one.metadata[_RULE] for one in fields(declaration) if _RULE in one.metadata}


def keys(declaration: type, prefix: str = "") -> tuple[str, ...]:
    """Return the keys of a dataclass of parameters in the context, each with its prefix, such as `<system>.`."""
    return tuple(prefix + rule.key for rule in rules(declaration).values())


def read(declaration: type[Declared], raw: Callable[[str], Any], prefix: str = "") -> Declared:
    """Return the parameters; `raw` gives the value of a full key. UserError for the first invalid one."""
    values = {name: rule.read(prefix + rule.key, raw(prefix + rule.key)) for name, rule in rules(declaration).items()}
    return declaration(**values)


def placeholders(declared: object) -> dict[str, Any]:
    """Return the parameters, by their keys, that still have a placeholder as value."""
    values = {rule: getattr(declared, name) for name, rule in rules(type(declared)).items()}
    return {rule.key: value for rule, value in values.items() if rule.is_placeholder(value)}


def whole(name: str, value: object, at_least: int, at_most: int) -> int:
    """Return a whole number from a number or its digits; UserError outside the bounds."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not at_least <= value <= at_most:
        raise bad(name, value, f"a whole number from {at_least} to {at_most}")
    return value


def listed(name: str, value: object) -> list[str]:
    """Return a list of texts, from a list or from a comma-separated text."""
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")] if value.strip() else []
    if not isinstance(value, (list, tuple)) or any(not isinstance(item, str) for item in value):
        raise bad(name, value, "a list of strings")
    return list(value)


def _schema(name: str, file: object) -> Mapping[str, Any]:
    if not isinstance(file, str) or not (ROOT / file).is_file():
        raise bad(name, file, "the path of a JSON schema file in the project")
    try:
        schema: Mapping[str, Any] = json.loads((ROOT / file).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"parameter {name}: {file} is not valid JSON ({error})") from None
    problem = _schema_problem(schema)
    if problem:
        raise UserError(f"parameter {name}: {file} {problem}")
    return schema


def _schema_problem(schema: object) -> str:
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return "wants a schema of type object"
    # API Gateway supports no later draft. https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
    if "draft-04" not in str(schema.get("$schema")):
        return "wants a $schema of draft-04"
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return "wants properties"
    for name, one in properties.items():
        # The error response shows the description as the rule; a dollar sign would start a variable there.
        described = isinstance(one, Mapping) and "type" in one and str(one.get("description", ""))
        if not described or "$" in described:
            return f"wants a type and a description without a dollar sign for {name}"
    if not set(schema.get("required", [])) <= set(properties):
        return "requires a field that is not among its properties"
    return ""
