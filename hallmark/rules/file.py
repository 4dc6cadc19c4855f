"""Reads a file of rules, and tells mistakes by their line."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import ValidationError

from hallmark.errors import UserError
from hallmark.rules.model import Rule, RuleFile
from hallmark.traffic.parameters import RuleParameters

Location = tuple[int | str, ...]


def read_rules(path: Path, parameters: RuleParameters) -> list[Rule]:
    """Return the rules of a YAML file with the stage's parameters put in.

    UserError with file and line for what cannot be read, is not YAML, or is no rule.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines = dict(_lines(root, ())) if root else {}
        return RuleFile.model_validate(yaml.safe_load(text), context=parameters.model_dump(by_alias=True)).rules
    except OSError as error:
        raise UserError(f"{path}: {(error.strerror or 'unreadable').lower()}. Give the path of a rules file.") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text. Give the path of a rules file.") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UserError(f"{path}:{line}: {error.problem}. Correct the YAML.") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{path}:{_line(lines, first['loc'])}: {_message(first['loc'], first['msg'])}") from None


def _lines(node: yaml.Node, location: Location) -> Iterator[tuple[Location, int]]:
    """Yield the line, from 1, of each value, and of a mapping's values where their keys stand."""
    yield location, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*location, index))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
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


def _message(location: Location, message: str) -> str:
    name = ".".join(str(part) for part in location if isinstance(part, str))
    reason = message.removeprefix("Value error, ")
    return f"{name or 'the file'}: {reason[:1].lower()}{reason[1:]}. Correct it; nothing was published."
