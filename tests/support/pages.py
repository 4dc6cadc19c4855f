"""A page of the docs: its sections, the rows of its tables, its examples."""

import json
import re
from typing import Any

from tests.support.templates import ROOT

_LINE = re.compile(r"^\|( --- \|)+$")


class Page:
    """A page whose sections have headings of the second level."""

    def __init__(self, path: str) -> None:
        self.text = (ROOT / path).read_text(encoding="utf-8")

    def section(self, title: str) -> str:
        """Return the text below a heading."""
        found = self.text.partition(f"## {title}\n")[2].partition("\n## ")[0]
        assert found, title
        return found

    def rows(self, title: str, columns: int) -> list[list[str]]:
        """Return the rows of a section's tables of so many columns, without their heads."""
        lines = self.section(title).splitlines()
        found = []
        for number, line in enumerate(lines):
            is_head = number + 1 < len(lines) and _LINE.match(lines[number + 1])
            if line.startswith("|") and not is_head and not _LINE.match(line):
                found.append([cell.strip() for cell in line.strip("|").split("|")])
        chosen = [row for row in found if len(row) == columns]
        assert chosen, f"{title}: no table of {columns} columns"
        return chosen

    def examples(self, title: str) -> list[Any]:
        """Return a section's blocks of JSON."""
        return [json.loads(text) for text in re.findall(r"```json\n(.+?)```", self.section(title), re.DOTALL)]

    @staticmethod
    def quoted(cell: str) -> list[str]:
        """Return what is between backticks."""
        return re.findall("`(.+?)`", cell)
