"""The ledger of uploaded files: every row of each, from its bank to the announcement of its upload."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hallmark.ledger.ledger import Ledger, Line, Table, percentile
from hallmark.stuck import LIMIT_SECONDS


@dataclass(frozen=True)
class UploadLedger(Ledger):
    """The ledger of a run of files; `refused` are those that must be, and `reasons` only have what must not.

    `places` have each item's places, `answers` how files were posted and answered, `rejections` the rules of refused
    files.
    """

    MISMATCHES: ClassVar[str] = "answers, stored data or announcements differ from what was sent"

    places: tuple[Line, ...]
    answers: tuple[Line, ...]
    rejections: tuple[Line, ...]
    counts: Mapping[str, int]
    seconds_per_file: tuple[float, ...]
    rows_per_second: float
    unfinished: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Places, answers, and why files are refused."""
        return (
            Table(("kept where",), self.places),
            Table(("answered",), self.answers),
            Table(("refused for",), self.rejections),
        )

    @property
    def figures(self) -> Mapping[str, str]:
        """Counts of rows and announcements, seconds from a file's receipt to its end, and rows a second."""
        shown = {name: str(count) for name, count in self.counts.items()}
        p50, p99, most = (percentile(self.seconds_per_file, share) for share in (0.5, 0.99, 1.0))
        limit = f"p50 {p50:.1f}, p99 {p99:.1f}, max {most:.1f} of {LIMIT_SECONDS}"
        return {**shown, "seconds to the end": limit, "rows per second": f"{self.rows_per_second:.0f}"}

    @property
    def could_be_lost(self) -> int:
        """Files that were taken, and their rows."""
        return super().could_be_lost + self.counts["rows expected"]

    @property
    def further(self) -> tuple[str, ...]:
        """Files that are not finished, and those that took too long."""
        late = sum(seconds > LIMIT_SECONDS for seconds in self.seconds_per_file)
        slow = (f"{late} files took more than {LIMIT_SECONDS} s",) if late else ()
        return (*self.unfinished, *slow)
