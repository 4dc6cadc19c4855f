"""The ledger of a run of files with rows, which each system completes by what it says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from hallmark.ledger.ledger import Ledger, Line, Table, percentile
from hallmark.stuck import LIMIT_SECONDS


@dataclass(frozen=True, kw_only=True)
class FilesLedger(Ledger):
    """The ledger of a run of files; `seconds_per_file` are those until its end, sorted.

    `places` have each item's places, `rejections` the rules of what is not taken.
    """

    # The heads of the system's own table and of that of rejections, of the seconds, and the count of rows that may be
    # lost.
    OWN: ClassVar[str]
    REJECTED: ClassVar[str]
    SECONDS: ClassVar[str]
    ROWS: ClassVar[str]

    places: tuple[Line, ...]
    rejections: tuple[Line, ...]
    counts: Mapping[str, int]
    seconds_per_file: tuple[float, ...]
    rows_per_second: float
    unfinished: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[Line, ...]:
        """The lines of the system's own table."""
        raise NotImplementedError

    @property
    def tables(self) -> tuple[Table, ...]:
        """Places, the system's own table, and why files and rows are not taken."""
        return (
            Table(("kept where",), self.places),
            Table((self.OWN,), self.own),
            Table((self.REJECTED,), self.rejections),
        )

    @property
    def figures(self) -> Mapping[str, str]:
        """The counts, seconds to the end of a file, and rows a second."""
        shown = {name: str(count) for name, count in self.counts.items()}
        p50, p99, most = (percentile(self.seconds_per_file, share) for share in (0.5, 0.99, 1.0))
        limit = f"p50 {p50:.1f}, p99 {p99:.1f}, max {most:.1f} of {LIMIT_SECONDS}"
        return {**shown, self.SECONDS: limit, "rows per second": f"{self.rows_per_second:.0f}"}

    @property
    def could_be_lost(self) -> int:
        """Files, and the rows that must be stored."""
        return super().could_be_lost + self.counts[self.ROWS]

    @property
    def further(self) -> tuple[str, ...]:
        """Files that are not finished, and those that took too long."""
        late = sum(seconds > LIMIT_SECONDS for seconds in self.seconds_per_file)
        slow = (f"{late} files took more than {LIMIT_SECONDS} s",) if late else ()
        return (*self.unfinished, *slow)
