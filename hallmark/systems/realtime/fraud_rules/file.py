"""Reader of a rules file, which reports mistakes with their line."""

import re
from decimal import Decimal
from pathlib import Path

import yaml
from pydantic import ValidationError

from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.fraud_rules.model import Rule, RuleFile
from hallmark.yaml_lines import LinedYaml
from infra.errors import UserError

Location = tuple[int | str, ...]

# The digits that numbers hold exactly in the functions and in DynamoDB.
_DIGITS = 15
_NUMBER = re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?$", re.ASCII)

# Texts for pydantic's errors.
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "invalid_key": "a key must be a text",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "list_type": "must be a list",
    "too_short": "must not be empty",
    "model_type": "must have keys and values",
}


class _Loader(yaml.SafeLoader):
    """A safe loader for true and false, decimal numbers and texts: NO is Norway, and 12:30 is not a duration."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's form


def _number(_: _Loader, node: yaml.ScalarNode) -> int | Decimal:
    """Return a number exactly as it is written, as an int if it is whole."""
    value = Decimal(node.value) if _NUMBER.match(node.value) else Decimal("NaN")
    if not (value.is_finite() and _fits(value)):
        shown = f"{node.value[:20]}..." if len(node.value) > 20 else node.value
        raise yaml.MarkedYAMLError(
            problem=f"`{shown}` is not a decimal number of at most {_DIGITS} digits", problem_mark=node.start_mark
        )
    return int(value) if value == value.to_integral_value() else value.normalize()


def _fits(value: Decimal) -> bool:
    """Return whether the number, written without an exponent, has at most _DIGITS digits."""
    _, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    whole, decimals = max(value.adjusted() + 1, 1), max(-(int(exponent) + zeros), 0)
    return not value or whole + decimals <= _DIGITS


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _NUMBER, list("-0123456789"))
for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _number)


def read_rules(path: Path, parameters: RuleParameters) -> list[Rule]:
    """Return the rules of a YAML file with the stage's parameters inserted.

    UserError with file and line for a file that cannot be read, invalid YAML, or an invalid rule.
    """
    try:
        lines = LinedYaml(path, _Loader)
    except UserError as error:
        raise UserError(f"{error}. Correct it, or give the path of a rules file.") from None
    try:
        return RuleFile.model_validate(lines.data, context=parameters.model_dump(by_alias=True)).rules
    except RecursionError:
        raise UserError(f"{path}: is nested too deeply") from None
    except ValidationError as error:
        location, message = _mistake(error)
        raise UserError(f"{path}:{lines.line(location)}: {message}") from None


def _mistake(errors: ValidationError) -> tuple[Location, str]:
    """Return the path of the first mistake, and its description."""
    first = errors.errors()[0]
    location, kind = first["loc"], first["type"]
    name = ".".join(str(part) for part in location if isinstance(part, str))
    if kind == "value_error":
        reason = str(first["ctx"]["error"])
    elif kind == "literal_error":
        reason = f"use one of {first['ctx']['expected'].replace(' or ', ', ')}".replace("'", "")
    else:
        reason = _WORDS.get(kind, "is wrong")
    return location, f"{_one_line(name) or 'the file'}: {_one_line(reason)}. Correct it; nothing was published."


def _one_line(text: str) -> str:
    return " ".join(text.split())
