"""The notes of policies: resources of types that no policy knows, which name a resource of ours."""

from collections.abc import Iterable

from hallmark.evidence import Evidence
from hallmark.report.model import NoteRow


def note_rows(counted: Iterable[Evidence]) -> tuple[NoteRow, ...]:
    """Return each note once, with the first gate that made it."""
    rows: dict[tuple[str, str, str], NoteRow] = {}
    for gate, note in ((item.gate, note) for item in counted for note in item.notes):
        row = NoteRow(gate, note.resource, note.type, ", ".join(note.names), note.text, note.template)
        rows.setdefault((row.resource, row.type, row.text), row)
    return tuple(rows.values())
