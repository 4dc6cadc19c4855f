"""Placeholders for a system's facts in the texts and mutants of the library's cards.

`$system`, `$slug`, `$region`; `$elsewhere`, a region that is not the system's; `$parameter:<name>` of the row's use.
"""

import re
from collections.abc import Mapping
from typing import Any

from policies.engine.parameters import differs_by_stage

_PARAMETER = "parameter:"
_WORD = re.compile(r"\$(system|slug|region|elsewhere|parameter:[a-z0-9_]+)\b")
# No system is deployed there.
_ELSEWHERE = "ap-southeast-2"


def of_system(system: str, slug: str, region: str) -> dict[str, Any]:
    """Return the values of a system's words."""
    return {"system": system, "slug": slug, "region": region, "elsewhere": _ELSEWHERE}


def of_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the words for a use's parameters."""
    return {_PARAMETER + name: value for name, value in parameters.items()}


def named(value: Any) -> set[str]:
    """Return the names of the parameters that a value mentions anywhere."""
    if isinstance(value, Mapping):
        return set().union(*(named(key) | named(item) for key, item in value.items()))
    if isinstance(value, list):
        return set().union(*map(named, value))
    found = _WORD.findall(value) if isinstance(value, str) else []
    return {word.removeprefix(_PARAMETER) for word in found if word.startswith(_PARAMETER)}


def filled(value: Any, words: Mapping[str, Any]) -> Any:
    """Return the value with each word replaced; a text that is one word becomes that word's value, of any type.

    Raise LookupError for a word without a value.
    """
    if isinstance(value, Mapping):
        return {filled(key, words): filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, words) for item in value]
    if not isinstance(value, str):
        return value
    whole = _WORD.fullmatch(value)
    return words[whole[1]] if whole else _WORD.sub(lambda match: str(words[match[1]]), value)


def sentence(text: str, system: Mapping[str, Any], parameters: Mapping[str, Any], stages: tuple[str, ...]) -> str:
    """Return a card's text for a row; raise LookupError for a word without a value."""
    shown = {name: _shown(value, stages) for name, value in parameters.items()}
    return str(filled(text, {**system, **of_parameters(shown)}))


def _shown(value: Any, stages: tuple[str, ...]) -> str:
    """Return a parameter in a sentence: `30`, `a, b and c`, or `7 in dev and 90 in prod`."""
    if differs_by_stage(value, stages):
        return _listed([f"{_shown(one, stages)} in {stage}" for stage, one in value.items()])
    return _listed([str(one) for one in value]) if isinstance(value, list) else str(value)


def _listed(items: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))
