"""Reads a file of rules, and tells mistakes by their line."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from hallmark.errors import UserError
from hallmark.rules.model import Rule, RuleFile
from hallmark.traffic.parameters import RuleParameters

Location = tuple[int | str, ...]

# What the functions' numbers hold exactly, and DynamoDB's by far.
_DIGITS = 15
_NUMBER = re.compile(r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,4})?$", re.ASCII)

# What pydantic finds wrong, in plain words.
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no key that is known here",
    "invalid_key": "a key must be a text",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "list_type": "must be a list",
    "too_short": "must not be empty",
    "model_type": "must have keys and values",
}


class _Loader(yaml.SafeLoader):
    """A safe loader for true and false, decimal numbers and texts: NO is Norway, and 12:30 no number of seconds."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's form


def _number(_: _Loader, node: yaml.ScalarNode) -> int | Decimal:
    """Return a number exactly as it is written, an int if it is a whole one."""
    value = Decimal(node.value) if _NUMBER.match(node.value) else Decimal("NaN")
    if not (value.is_finite() and _fits(value)):
        shown = f"{node.value[:20]}..." if len(node.value) > 20 else node.value
        raise yaml.MarkedYAMLError(
            problem=f"`{shown}` is no decimal number of at most {_DIGITS} digits", problem_mark=node.start_mark
        )
    return int(value) if value == value.to_integral_value() else value.normalize()


def _fits(value: Decimal) -> bool:
    """Whether the number, written out without an exponent, has at most _DIGITS digits."""
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
    """Return the rules of a YAML file with the stage's parameters put in.

    UserError with file and line for what cannot be read, is not YAML, or is no rule.
    """
    lines: dict[Location, int] = {}
    try:
        data = _load(path.read_bytes().decode("utf-8"), lines)
        return RuleFile.model_validate(data, context=parameters.model_dump(by_alias=True)).rules
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or 'unreadable').lower()}. Give the path of a rules file.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text. Give the path of a rules file.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{path}:{line}: {_one_line(str(error.problem))}. Correct the YAML.") from None
    except ValidationError as error:
        location, message = _mistake(error)
        raise UserError(f"{path}:{_line(lines, location)}: {message}") from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise UserError(f"{path}: no YAML that makes sense. Give the path of a rules file.") from None


def _load(text: str, lines: dict[Location, int]) -> Any:
    """Return the content of a YAML text, and put the line of everything in it into `lines`."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        lines.update(_lines(root, ()) if root else ())
        return loader.construct_document(root) if root else None
    finally:
        loader.dispose()


def _lines(node: yaml.Node, location: Location) -> Iterator[tuple[Location, int]]:
    """Yield the line, from 1, of each value, and of a mapping's values where their keys stand."""
    yield location, node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode) and re.search("[\ud800-\udfff]", node.value):
        raise yaml.MarkedYAMLError(problem="half a character", problem_mark=node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*location, index))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key must be a text", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"`{key.value}` occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
            yield from _lines(value, (*location, key.value))
            yield (*location, key.value), key.start_mark.line + 1


def _line(lines: dict[Location, int], location: Location) -> int:
    """Return the line of a location, or of the nearest thing around it."""
    while location and location not in lines:
        location = location[:-1]
    return lines.get(location, 1)


def _mistake(errors: ValidationError) -> tuple[Location, str]:
    """Return where the first mistake is, and what it is."""
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
