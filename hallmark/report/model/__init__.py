"""The data of a report."""

from hallmark.report.model.control import Asked, Control, ControlReport, KindState, ProofRow, Seen
from hallmark.report.model.report import Report, Run
from hallmark.report.model.rows import FaultRow, GateRow, NoteRow, WaiverRow

__all__ = [
    "Asked",
    "Control",
    "ControlReport",
    "FaultRow",
    "GateRow",
    "KindState",
    "NoteRow",
    "ProofRow",
    "Report",
    "Run",
    "Seen",
    "WaiverRow",
]
