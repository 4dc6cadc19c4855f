"""The notes of policies: resources of types that no policy knows, which name a resource of ours."""

from collections.abc import Iterable, Mapping
from typing import Any

from hallmark.evidence import Evidence
from hallmark.report.model import NoteRow


def note_rows(counted: Iterable[Evidence]) -> tuple[NoteRow, ...]:
    """Return each note once, with the first gate that made it."""
    rows: dict[tuple[str, str, str], NoteRow] = {}
    for row in (_row(item.gate, note) for item in counted for note in item.notes):
        rows.setdefault((row.resource, row.type, row.text), row)
    return tuple(rows.values())


def _row(gate: str, note: Mapping[str, Any]) -> NoteRow:
    """Return the row of a note: resource, type, what it names (one or several), text."""
    names = note["names"] if isinstance(note["names"], str) else ", ".join(note["names"])
    return NoteRow(gate, note["resource"], note["type"], names, note["text"])
