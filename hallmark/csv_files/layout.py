"""Rows as the bytes of a file, in the layouts that RFC 4180 and our rules allow."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Draft:
    """A row's cells by column; `extra` cells follow the last column, `cut` are left out at its end."""

    cells: dict[str, str]
    extra: tuple[str, ...] = field(default=())
    cut: int = 0

    def having(self, **cells: str) -> "Draft":
        """Return the row with other cells."""
        return replace(self, cells={**self.cells, **cells})


@dataclass(frozen=True)
class Layout:
    """The order of columns, the line ending, a byte order mark, quotes, spaces in the header, empty lines."""

    columns: tuple[str, ...]
    ending: str = "\r\n"
    bom: bool = False
    quoted: bool = False
    spaced: bool = False
    empty_lines: bool = False
    last_ending: bool = True

    def bytes(self, rows: Sequence[Draft]) -> bytes:
        """Return the file of the rows."""
        records = [self._header(), *(self.record(row) for row in rows)]
        if self.empty_lines:
            records = [
                "",
                *(line for record in records for line in ((record, "") if len(record) % 7 == 0 else (record,))),
            ]
        text = self.ending.join(records) + (self.ending if self.last_ending else "")
        return (BOM if self.bom else b"") + text.encode()

    def record(self, row: Draft) -> str:
        """Return a row as one record."""
        cells = [row.cells[column] for column in self.columns]
        return ",".join(self._cell(cell) for cell in (*cells[: len(cells) - row.cut], *row.extra))

    def _header(self) -> str:
        return ",".join(f" {column} " if self.spaced else column for column in self.columns)

    def _cell(self, cell: str) -> str:
        if self.quoted or any(mark in cell for mark in ',"\r\n'):
            doubled = cell.replace('"', '""')
            return f'"{doubled}"'
        return cell


def drawn_layout(drawn: Random, columns: Sequence[str], optional: Sequence[str]) -> Layout:
    """Return one of the layouts, with or without the optional columns."""
    names = [name for name in columns if name not in optional] if drawn.random() < 0.2 else list(columns)
    if drawn.random() < 0.5:
        drawn.shuffle(names)
    return Layout(
        columns=tuple(names),
        ending=drawn.choice(("\r\n", "\n")),
        bom=drawn.random() < 0.3,
        quoted=drawn.random() < 0.2,
        spaced=drawn.random() < 0.2,
        empty_lines=drawn.random() < 0.2,
        last_ending=drawn.random() < 0.8,
    )


def letters(number: int) -> str:
    """Return a number in letters, so that it is never taken for a card number."""
    found = ""
    while True:
        number, digit = divmod(number, 26)
        found = chr(ord("a") + digit) + found
        if not number:
            return found


def decimal(units: int, decimals: int) -> str:
    """Return so many of a currency's smallest units as a decimal number."""
    sign, digits = "-" if units < 0 else "", str(abs(units)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"
