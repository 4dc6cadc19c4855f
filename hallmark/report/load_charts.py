"""The geometry of a load run's charts: latency over time, and the histogram; the page draws them as SVG."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from hallmark.evidence.load_result import LoadResult, Second


@dataclass(frozen=True)
class Frame:
    """The size of a chart and the edges of its plot in pixels; the most points of a line and marks of an axis."""

    name: str
    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    points: int
    marks: int


WIDE = Frame("wide", 760, 240, left=56, right=734, top=22, bottom=210, points=240, marks=12)
# For a telephone: drawn in its own pixels, so that the labels have their size.
NARROW = Frame("narrow", 358, 220, left=44, right=338, top=22, bottom=190, points=100, marks=4)
FRAMES = (WIDE, NARROW)
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its position in pixels, and its label."""

    at: float
    label: str


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, and its label."""

    x: float
    y: float
    width: float
    height: float
    label: str
    counted: bool = True


@dataclass(frozen=True)
class Chart:
    """The elements of a chart: lines as SVG points by name, boxes, the ticks of both axes, a bound as a position."""

    title: str
    lines: dict[str, str]
    boxes: tuple[Box, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    bound: Tick | None = None


@dataclass(frozen=True)
class Logarithmic:
    """A mapping of milliseconds to pixels over whole decades."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float) -> "Logarithmic":
        found = [value for value in values if value > 0] or [1.0, 10.0]
        low, high = 10.0 ** floor(log10(min(found))), 10.0 ** ceil(log10(max(found)))
        return cls(low, high if high > low else low * 10, start, end)

    def __call__(self, value: float) -> float:
        clipped = min(max(value, self.low), self.high)
        share = log10(clipped / self.low) / log10(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> Iterator[Tick]:
        value = self.low
        while value <= self.high * 1.001:
            yield Tick(self(value), f"{value:g}")
            value *= 10


def over_time(result: LoadResult, frame: Frame = WIDE) -> Chart:
    """Return p50 and p99 of each second of arrivals (for long runs the worst of several), on a logarithmic axis."""
    series = _thinned(result.series, frame.points)
    bound = _p99_bound(result)
    y = Logarithmic.around([v for s in series for v in (s.p50, s.p99)] + [bound] * (bound > 0), frame.bottom, frame.top)
    total = max((phase.start + phase.seconds for phase in result.phases), default=1.0)

    def x(second: float) -> float:
        return round(frame.left + second / total * (frame.right - frame.left), 1)

    lines = {name: " ".join(f"{x(s.second + 0.5)},{y(getattr(s, name))}" for s in series) for name in ("p50", "p99")}
    boxes = tuple(
        Box(
            x(phase.start),
            frame.top,
            x(phase.seconds) - frame.left,
            frame.bottom - frame.top,
            phase.name,
            phase.counted,
        )
        for phase in result.phases
    )
    step = next((step for step in _STEPS if total / step <= frame.marks), _STEPS[-1])
    x_ticks = tuple(Tick(x(second), f"{second} s") for second in range(0, int(total) + 1, step))
    limit = Tick(y(bound), f"p99 at most {bound:g} ms") if bound else None
    return Chart("Latency in milliseconds over time", lines, boxes, x_ticks, tuple(y.ticks()), limit)


def histogram(result: LoadResult, frame: Frame = WIDE) -> Chart:
    """Return the number of counted requests by duration, on a logarithmic axis of milliseconds."""
    uppers = [item.upper for item in result.histogram]
    bound = _p99_bound(result)
    edges = [upper / 2**0.25 for upper in uppers] + uppers + [bound] * (bound > 0)
    x = Logarithmic.around(edges, frame.left, frame.right)
    most = max((item.count for item in result.histogram), default=1)
    bars = []
    for item in result.histogram:
        left, right = x(item.upper / 2**0.25), x(item.upper)
        height = round(item.count / most * (frame.bottom - frame.top), 1)
        label = f"{item.count} up to {item.upper:.3g} ms"
        bars.append(Box(left, frame.bottom - height, round(right - left, 1), height, label))
    y_ticks = (Tick(frame.bottom, "0"), Tick(frame.top, f"{most:,}"))
    limit = Tick(x(bound), f"p99 at most {bound:g} ms") if bound else None
    return Chart("Requests by latency in milliseconds", {}, tuple(bars), tuple(x.ticks()), y_ticks, limit)


def _p99_bound(result: LoadResult) -> float:
    return next((judged.bound for judged in result.objectives if judged.measure == "p99"), 0.0)


def _thinned(series: Sequence[Second], most: int) -> list[Second]:
    each = ceil(len(series) / most) or 1
    groups = [series[start : start + each] for start in range(0, len(series), each)]
    return [
        Second(
            group[0].second,
            sum(second.count for second in group),
            max(second.p50 for second in group),
            max(second.p99 for second in group),
            max(second.max for second in group),
        )
        for group in groups
    ]
