"""Latencies of a set of samples: an HDR histogram of exact microseconds.

https://hdrhistogram.github.io/HdrHistogram/
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import ceil, log2

from hdrh.histogram import HdrHistogram

from hallmark.load.result import Bin

LONGEST_MICROSECONDS = 3_600_000_000
DIGITS = 4
PERCENTILES = {"50": 50.0, "95": 95.0, "99": 99.0, "99.9": 99.9}
_BINS_PER_DOUBLING = 4


class Latencies:
    """A histogram of microseconds, told in milliseconds; a percentile of nothing is None, not 0."""

    def __init__(self, microseconds: Iterable[int]) -> None:
        self._histogram = HdrHistogram(1, LONGEST_MICROSECONDS, DIGITS)
        self._counts = sorted(Counter(max(1, value) for value in microseconds).items())
        for value, samples in self._counts:
            self._histogram.record_value(value, samples)

    def __len__(self) -> int:
        return int(self._histogram.get_total_count())

    def percentile(self, percent: float) -> float | None:
        """Return a percentile; None when there are too few samples for it to lie below the highest."""
        if not len(self) or (1 - percent / 100) * len(self) < 1 - 1e-9:
            return None
        wanted, reached = self._histogram.get_target_count_at_percentile(percent), 0
        # The library's own iterators call four methods for each of 300,000 places.
        for value, samples in self._counts:
            reached += samples
            if reached >= wanted:
                return self._highest(value) / 1000
        return None

    def table(self) -> dict[str, float]:
        """Return the usual percentiles, as far as they can be told, and the maximum."""
        found = {name: self.percentile(percent) for name, percent in PERCENTILES.items()}
        table = {name: round(value, 3) for name, value in found.items() if value is not None}
        return {**table, "max": round(self._histogram.get_max_value() / 1000, 3)} if len(self) else {}

    def bins(self) -> Iterator[Bin]:
        """Yield bins of logarithmic width, four for each doubling, from the first to the last that holds any."""
        counts: dict[int, int] = {}
        for value, samples in self._counts:
            place = ceil(_BINS_PER_DOUBLING * log2(self._highest(value) / 1000))
            counts[place] = counts.get(place, 0) + samples
        for place in range(min(counts, default=0), max(counts, default=-1) + 1):
            yield Bin(round(2 ** (place / _BINS_PER_DOUBLING), 3), counts.get(place, 0))

    def _highest(self, value: int) -> int:
        """Return the highest of the values, in microseconds, that share a place of the histogram with this one."""
        return int(self._histogram.get_highest_equivalent_value(value))
