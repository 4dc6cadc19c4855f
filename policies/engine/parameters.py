"""Typed parameters: a card's declarations, and whether a row's values fit."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_SCALARS: Mapping[str, tuple[type, ...]] = {"int": (int,), "number": (int, float), "text": (str,), "bool": (bool,)}
_FORM = re.compile(r"(list|map)(?:\[(.+)\])?")
# Names that every policy gets beside the parameters of its use.
RESERVED = ("stage", "parts")
Path = tuple[str | int, ...]
Problem = tuple[Path, str]


@dataclass(frozen=True)
class Shape:
    """A type: `int`, `number`, `text`, `bool`, `any`, `list[int]`, `map[text]` (its keys are texts), and so on.

    `list` and `map` alone hold anything. With `?` at the end, a row may leave the parameter out.
    """

    text: str
    kind: str
    of: "Shape | None" = None
    optional: bool = False

    def problem(self, value: Any) -> Problem | None:
        """Return where a value does not fit, and what is wanted there; None if it fits."""
        if self.kind == "any":
            return None
        if self.kind in _SCALARS:
            # A bool is an int in Python only.
            fits = isinstance(value, _SCALARS[self.kind]) and (self.kind == "bool" or not isinstance(value, bool))
            return None if fits else ((), self._wanted(value))
        items: Iterable[tuple[Any, Any]]
        if self.kind == "list" and isinstance(value, list):
            items = enumerate(value)
        elif self.kind == "map" and isinstance(value, dict):
            items = value.items()
        else:
            return (), self._wanted(value)
        for step, item in items:
            if self.of and (found := self.of.problem(item)):
                return (step, *found[0]), found[1]
        return None

    def _wanted(self, value: Any) -> str:
        return f"wants {self.text.removesuffix('?')}, got {value!r}"


def shape(text: Any) -> Shape:
    """Return the type that a text declares; raise ValueError if it is none."""
    if not isinstance(text, str):
        raise ValueError(f"a type is a text, such as int or list[text], not {text!r}")
    plain = text.removesuffix("?")
    if plain in _SCALARS or plain == "any":
        return Shape(text, plain, None, plain != text)
    form = _FORM.fullmatch(plain)
    if not form or (form[2] or "").endswith("?"):
        raise ValueError(f"there is no type {text!r}: there are {', '.join(_SCALARS)}, any, list[...] and map[...]")
    return Shape(text, form[1], shape(form[2]) if form[2] else None, plain != text)


def shapes(declared: Any) -> dict[str, Shape]:
    """Return the types of a card's parameters by their names; raise ValueError."""
    if not isinstance(declared, Mapping):
        raise ValueError("`parameters` is a mapping of names to types")
    taken = next((name for name in RESERVED if name in declared), None)
    if taken:
        raise ValueError(f"a parameter cannot be called {taken}: every policy is given it")
    return {str(name): shape(text) for name, text in declared.items()}


def differs_by_stage(value: Any, stages: tuple[str, ...]) -> bool:
    """Return whether a parameter has a value for each stage, instead of one."""
    return isinstance(value, Mapping) and bool(value) and set(value) <= set(stages)


def problems(given: Any, declared: Mapping[str, Shape], stages: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the parameters of a row that do not fit: unknown, missing, of another type, or without a stage's value."""
    if not isinstance(given, Mapping):
        yield (), f"wants a mapping, got {given!r}"
        return
    for name, value in given.items():
        if name not in declared:
            known = ", ".join(declared) or "none"
            yield (name,), f"the policy has no such parameter; it has {known}"
        elif not differs_by_stage(value, stages):
            yield from _misfits(name, declared[name], {(): value})
        else:
            yield from (((name,), f"has no value for {stage}") for stage in stages if stage not in value)
            yield from _misfits(name, declared[name], {(stage,): one for stage, one in value.items()})
    for name, wanted in declared.items():
        if name not in given and not wanted.optional:
            yield (), f"the parameter {name} ({wanted.text}) is missing"


def _misfits(name: str, wanted: Shape, values: Mapping[Path, Any]) -> Iterator[Problem]:
    for path, value in values.items():
        if found := wanted.problem(value):
            yield (name, *path, *found[0]), found[1]
