"""The ledger of uploaded files: every row of each, from its bank to the announcement of its upload."""

from dataclasses import dataclass
from typing import ClassVar

from hallmark.ledger.files import FilesLedger
from hallmark.ledger.ledger import Line


@dataclass(frozen=True, kw_only=True)
class UploadLedger(FilesLedger):
    """The ledger of a run of files; `refused` are those that must be, and `reasons` only have what must not.

    `answers` are how files were posted and answered.
    """

    MISMATCHES: ClassVar[str] = "answers, stored data or announcements differ from what was sent"
    OWN, REJECTED, SECONDS, ROWS = "answered", "refused for", "seconds to the end", "rows expected"

    answers: tuple[Line, ...]

    @property
    def own(self) -> tuple[Line, ...]:
        return self.answers
