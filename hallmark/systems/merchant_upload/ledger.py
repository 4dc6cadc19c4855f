"""The ledger of uploaded files: every row of each, from the file to its verdict and its alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hallmark.ledger.ledger import Ledger, Line, Table, percentile
from hallmark.stuck import LIMIT_SECONDS


@dataclass(frozen=True)
class FileLedger(Ledger):
    """The ledger of a run of files; `accepted` are uploaded files, the counts of rows are those of their uploads.

    `places` have each item's places, `verdicts` the rules of verdicts, `rejections` the rules of files and rows.
    """

    MISMATCHES: ClassVar[str] = "stored data differs from what was sent"

    places: tuple[Line, ...]
    verdicts: tuple[Line, ...]
    rejections: tuple[Line, ...]
    counts: Mapping[str, int]
    seconds_per_file: tuple[float, ...]
    rows_per_second: float
    unfinished: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Places, anomalies, and why files and rows are rejected."""
        return (
            Table(("kept where",), self.places),
            Table(("anomaly",), self.verdicts),
            Table(("rejected for",), self.rejections),
        )

    @property
    def figures(self) -> Mapping[str, str]:
        """Counts of rows, seconds from a file's creation to its last verdict, and rows a second."""
        shown = {name: str(count) for name, count in self.counts.items()}
        p50, p99, most = (percentile(self.seconds_per_file, share) for share in (0.5, 0.99, 1.0))
        limit = f"p50 {p50:.1f}, p99 {p99:.1f}, max {most:.1f} of {LIMIT_SECONDS}"
        return {**shown, "seconds per file": limit, "rows per second": f"{self.rows_per_second:.0f}"}

    @property
    def could_be_lost(self) -> int:
        """Files and valid rows."""
        return super().could_be_lost + self.counts["valid rows"]

    @property
    def further(self) -> tuple[str, ...]:
        """Files that are not finished, and those that took too long."""
        late = sum(seconds > LIMIT_SECONDS for seconds in self.seconds_per_file)
        slow = (f"{late} files took more than {LIMIT_SECONDS} s",) if late else ()
        return (*self.unfinished, *slow)
