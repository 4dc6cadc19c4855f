"""Rows as the bytes of a file, in the layouts that RFC 4180 and our rules allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hallmark.systems.merchant_upload.mix.draft import COLUMNS, OPTIONAL, Draft

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Layout:
    """The order of columns, the line ending, a byte order mark, quotes, spaces in the header, empty lines."""

    columns: tuple[str, ...] = COLUMNS
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


def drawn_layout(drawn: Random) -> Layout:
    """Return one of the layouts."""
    columns = list(COLUMNS) if drawn.random() < 0.8 else [name for name in COLUMNS if name not in OPTIONAL]
    if drawn.random() < 0.5:
        drawn.shuffle(columns)
    return Layout(
        columns=tuple(columns),
        ending=drawn.choice(("\r\n", "\n")),
        bom=drawn.random() < 0.3,
        quoted=drawn.random() < 0.2,
        spaced=drawn.random() < 0.2,
        empty_lines=drawn.random() < 0.2,
        last_ending=drawn.random() < 0.8,
    )
