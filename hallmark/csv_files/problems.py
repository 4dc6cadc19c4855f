"""What is wrong with a file, a row or a cell: never the value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule at a line, and its column if it has one."""

    line: int
    column: str | None
    rule: str

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> "Problem":
        """Return a problem as items and answers have it."""
        return cls(int(data["line"]), data.get("column"), str(data["rule"]))

    def __str__(self) -> str:
        return f"line {self.line} {self.column or 'whole'} {self.rule}"


def problems(found: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Return the problems of an item's or an answer's list."""
    return [Problem.of_data(one) for one in found]
