"""Latencies of a set of samples: microseconds, counted in the buckets of an HDR histogram.

https://hdrhistogram.github.io/HdrHistogram/
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, log2

from hdrh.histogram import HdrHistogram

from hallmark.evidence.load_result import Bin

LONGEST_MICROSECONDS = 3_600_000_000
DIGITS = 4
PERCENTILES = {"50": 50.0, "95": 95.0, "99": 99.0, "99.9": 99.9}
_BINS_PER_DOUBLING = 4
# Empty, used only to map values to buckets: creating a histogram takes longer than counting a phase's samples.
_BUCKETS = HdrHistogram(1, LONGEST_MICROSECONDS, DIGITS)


class Latencies:
    """A histogram of microseconds, reported in milliseconds; without samples a percentile is None, not 0."""

    def __init__(self, microseconds: Iterable[int]) -> None:
        counts: Counter[int] = Counter()
        for value, samples in Counter(microseconds).items():
            counts[_highest(min(max(1, value), LONGEST_MICROSECONDS))] += samples
        self._counts = sorted(counts.items())
        self._total = counts.total()

    @classmethod
    def of_rows(cls, rows: Iterable[Sequence[int]]) -> "Latencies":
        """Return the histogram that `rows` holds."""
        return cls(Counter({row[0]: row[1] for row in rows}).elements())

    @property
    def rows(self) -> list[list[int]]:
        """The microseconds of each bucket, and its samples."""
        return [[value, samples] for value, samples in self._counts]

    def __len__(self) -> int:
        return self._total

    def percentile(self, percent: float) -> float | None:
        """Return a percentile; None when there are too few samples for it to lie below the highest."""
        if not len(self) or (1 - percent / 100) * len(self) < 1 - 1e-9:
            return None
        wanted, reached = int(percent * len(self) / 100 + 0.5), 0
        for value, samples in self._counts:
            reached += samples
            if reached >= wanted:
                return value / 1000
        return None

    def table(self) -> dict[str, float]:
        """Return the usual percentiles, as far as there are enough samples, and the maximum."""
        found = {name: self.percentile(percent) for name, percent in PERCENTILES.items()}
        table = {name: round(value, 3) for name, value in found.items() if value is not None}
        return {**table, "max": round(self._counts[-1][0] / 1000, 3)} if len(self) else {}

    def bins(self) -> Iterator[Bin]:
        """Yield bins of logarithmic width, four for each doubling, from the first to the last non-empty one."""
        counts: dict[int, int] = {}
        for value, samples in self._counts:
            place = ceil(_BINS_PER_DOUBLING * log2(value / 1000))
            counts[place] = counts.get(place, 0) + samples
        for place in range(min(counts, default=0), max(counts, default=-1) + 1):
            yield Bin(round(2 ** (place / _BINS_PER_DOUBLING), 3), counts.get(place, 0))


def _highest(value: int) -> int:
    """Return the highest value, in microseconds, of the same bucket."""
    return int(_BUCKETS.get_highest_equivalent_value(value))
