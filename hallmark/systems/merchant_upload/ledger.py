"""The ledger of uploaded files: every row of each, from the file to its verdict and its alert."""

from dataclasses import dataclass
from typing import ClassVar

from hallmark.ledger.files import FilesLedger
from hallmark.ledger.ledger import Line


@dataclass(frozen=True, kw_only=True)
class FileLedger(FilesLedger):
    """The ledger of a run of files; `accepted` are uploaded files, the counts of rows are those of their uploads.

    `verdicts` are the rules of verdicts.
    """

    MISMATCHES: ClassVar[str] = "stored data differs from what was sent"
    OWN, REJECTED, SECONDS, ROWS = "anomaly", "rejected for", "seconds per file", "valid rows"

    verdicts: tuple[Line, ...]

    @property
    def own(self) -> tuple[Line, ...]:
        return self.verdicts
