"""What a file's columns are, and what can be wrong with a cell."""

from dataclasses import dataclass
from typing import Any, Callable, NamedTuple, Optional

from shared_python.card_numbers import holds_card_number

# Of any cell, whatever its column allows.
MOST_CHARACTERS = 1_000


class Broken(Exception):
    """A cell breaks the rule that its first argument names."""


class Problem(NamedTuple):
    """A broken rule at a line, and its column, if it has one; never the value."""

    line: int
    column: Optional[str]
    rule: str


@dataclass(frozen=True)
class Column:
    """A column: `check` returns the value of a cell, or raises Broken; it sees no cell that is empty or too long.

    `card_rule` says whether a card number is in a cell, None where none is looked for. A text that is `free` must not
    begin as a formula of a spreadsheet.
    """

    name: str
    required: bool
    most_characters: int
    check: Callable[[str], Any]
    card_rule: Optional[Callable[[str], bool]] = holds_card_number
    free: bool = False


@dataclass(frozen=True)
class Relation:
    """What the value of a column must be to another's: else the column breaks `rule`. Judged when both are valid."""

    column: str
    other: str
    holds: Callable[[Any, Any], bool]
    rule: str


@dataclass(frozen=True)
class Schema:
    """The columns of a file, and how they relate."""

    columns: tuple[Column, ...]
    relations: tuple[Relation, ...] = ()
