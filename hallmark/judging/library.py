"""What there is to judge by: each policy of the library, with its card, its types, and the catalogues that use it.

Standard library and PyYAML only.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hallmark.judging.catalogue import portable
from policies.engine import cards, library
from policies.engine.cards import Card
from policies.engine.catalogue import Use, catalogues, used_by_ready

_WORD = re.compile(r"\$parameter:([a-z0-9_]+)")


@dataclass(frozen=True)
class About:
    """A policy by its id, with its card, what it judges, who uses it, and the pages that it rests on."""

    id: str
    card: Card
    types: tuple[str, ...]
    used_by: tuple[str, ...]
    pages: tuple[str, ...]
    needs_parts: bool

    @property
    def line(self) -> str:
        """What it asks for, in one line; parameters by their names."""
        return plain(self.card.title)

    @property
    def fix(self) -> str:
        """What to do about a finding, in any template."""
        return plain(portable(self.card.fix)) or plain(self.card.statement)


def plain(text: str) -> str:
    """Return a card's text with the names of parameters for their values, and without other words of a system."""
    return _WORD.sub(lambda found: f"`{found[1]}`", text).replace("$", "")


@cache
def every() -> dict[str, About]:
    """Return each policy of the library by its id."""
    return {name: _about(name) for name in sorted(library.names())}


def _about(name: str) -> About:
    policy = library.policy(name)
    types = tuple(kind for kind in policy.scope if kind != "*")
    source = Path(cards.file_of(name)).with_suffix(".py").read_text(encoding="utf-8")
    pages = tuple(dict.fromkeys(_pages(source)))
    return About(name, cards.card(name), types, _users(name), pages, 'parameters["parts"]' in source)


def _users(name: str) -> tuple[str, ...]:
    systems = [one for one, own in catalogues().items() if any(use.policy == name for use in _uses(own.controls))]
    return (*(one for one, used in sorted(used_by_ready().items()) if name in used), *systems)


def _uses(controls: Mapping[str, Any]) -> Iterator[Use]:
    for control in controls.values():
        yield from control.uses


def _pages(source: str) -> Iterator[str]:
    """Yield the addresses in a module's documentation."""
    text = ast.get_docstring(ast.parse(source)) or ""
    return (word.rstrip(".,)") for word in text.split() if word.startswith("https://"))
