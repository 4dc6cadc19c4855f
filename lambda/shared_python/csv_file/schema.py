"""What a file's columns are, and what can be wrong with a cell."""

from collections.abc import Iterable, Sequence
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
class Check:
    """How a cell is read: `value` returns its value or raises Broken; `fits` says of each of many whether it would not.

    What fits is truthy. `fits` may be given empty cells; what it says of them does not count. `known` returns the value
    of a cell that fits.
    """

    value: Callable[[str], Any]
    fits: Callable[[Sequence[str]], Iterable[Any]]
    known: Callable[[str], Any]

    def __call__(self, cell: str) -> Any:
        """Return the value of a cell, or raise Broken."""
        return self.value(cell)


@dataclass(frozen=True)
class Column:
    """A column: its check sees no cell that is empty or too long.

    `card_rule` says whether a card number is in a cell, None where none is looked for. A text that is `free` must not
    begin as a formula of a spreadsheet.
    """

    name: str
    required: bool
    most_characters: int
    check: Check
    card_rule: Optional[Callable[[str], bool]] = holds_card_number
    free: bool = False


@dataclass(frozen=True)
class Relation:
    """What a required column's cell must be to another's: else it breaks `rule`. Judged when both are valid.

    `kinds` reduces cells to what matters, of which a file has few; `holds` gets one and the other cell.
    """

    column: str
    other: str
    kinds: Callable[[Sequence[str]], Iterable[Any]]
    holds: Callable[[Any, str], bool]
    rule: str


@dataclass(frozen=True)
class Schema:
    """The columns of a file, how they relate, and which column's values no two rows may share, if any."""

    columns: tuple[Column, ...]
    relations: tuple[Relation, ...] = ()
    unique: Optional[str] = None
