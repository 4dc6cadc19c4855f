"""The library's cards: what a policy is about, and which parameters a row that uses it must give.

A card is `policies/library/<topic>/<name>.yaml`, beside the policy. `hallmark.catalogue` reads it strictly, with lines;
this module reads it without hallmark, for checkov.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import policies.library
from policies.engine import words
from policies.engine.parameters import Shape, shapes
from policies.engine.reading.yaml_reader import loader

TEXTS = ("title", "statement", "severity", "anchor", "why", "fix")
SEVERITIES = ("low", "medium", "high", "critical")
FIELDS = (*TEXTS, "frameworks", "parameters", "behaviours", "example", "mutants")
# Only these are booleans: NO is Norway.
_Loader = loader({"bool": "^(?:true|false)$"})


class NoCard(Exception):
    """A card is missing or invalid; the message is one line."""


@dataclass(frozen=True)
class Card:
    """The fields of a card that do without hallmark; the words in its texts are those of `policies.engine.words`."""

    title: str
    fix: str
    parameters: Mapping[str, Shape]
    statement: str = ""
    why: str = ""
    severity: str = SEVERITIES[0]
    frameworks: Mapping[str, Any] = field(default_factory=dict)
    mutants: tuple[Mapping[str, Any], ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)


def file_of(policy: str) -> Path:
    """Return the path of the card of a policy, `topic/name`."""
    return Path(policies.library.__path__[0]) / f"{policy}.yaml"


def names() -> set[str]:
    """Return every policy that has a card."""
    return {f"{file.parent.name}/{file.stem}" for file in file_of("*/*").parents[1].glob("*/*.yaml")}


def card(policy: str) -> Card:
    """Return the card of a policy; raise NoCard."""
    return _read(file_of(policy), f"policies/library/{policy}.yaml")


@cache
def _read(file: Path, shown: str) -> Card:
    try:
        data = yaml.load(file.read_bytes(), _Loader)
        wrong = _problem(data)
        if wrong:
            raise ValueError(wrong)
        said = {name: data[name] for name in ("title", "fix", "statement", "why", "severity", "frameworks")}
        more = {"mutants": tuple(data.get("mutants") or ()), "example": data.get("example") or {}}
        about = Card(**said, parameters=shapes(data["parameters"]), **more)
        refuse_unknown_parameters([data[name] for name in TEXTS], about.parameters)
        return about
    except FileNotFoundError:
        if not file.with_suffix(".py").is_file():
            policy = f"{file.parent.name}/{file.stem}"
            raise NoCard(f"there is no policy {policy}: policies/library/{policy}.py is missing") from None
        raise NoCard(f"{shown} is missing: a policy has a card beside it") from None
    except (OSError, yaml.YAMLError, ValueError, RecursionError) as error:
        raise NoCard(f"{shown} is not a card: {' '.join(str(error).split())}") from None


def refuse_unknown_parameters(texts: Any, declared: Mapping[str, Shape]) -> None:
    """Raise ValueError if a text names a parameter that a row need not have."""
    known = {name for name, wanted in declared.items() if not wanted.optional}
    unknown = sorted(words.named(texts) - known)
    if unknown:
        raise ValueError(f"$parameter:{unknown[0]} is not a parameter that every row has")


def _problem(data: Any) -> str:
    if not isinstance(data, Mapping):
        return "it is not a mapping"
    stranger = next((name for name in data if name not in FIELDS), None)
    if stranger is not None:
        return f"there is no such field as {stranger}"
    empty = next((name for name in TEXTS if not isinstance(data.get(name), str) or not data[name]), None)
    if empty:
        return f"{empty} must be a text"
    if data["severity"] not in SEVERITIES:
        return f"severity must be one of {', '.join(SEVERITIES)}"
    missing = next((name for name in ("frameworks", "parameters") if name not in data), None)
    return f"the field {missing} is missing" if missing else ""
