"""The outcome of a run: all that is known about it, on which the objectives are judged."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from hallmark.load.kinds import REGULAR, Kinds
from hallmark.load.latencies import Latencies
from hallmark.load.plan import Arrival
from hallmark.load.reconciliation import Reconciliation
from hallmark.load.run_file import RunFile, Sample

THROTTLED = 429


@dataclass(frozen=True)
class RunOutcome:
    """A run with its plan, its reconciliation, and the floor: the same load on a no-op function.

    `reconciliation` and `floor` are None where they were not observed, `usage` is empty where the stage counts nothing.
    """

    run: RunFile
    planned: Sequence[Arrival]
    kinds: Kinds
    reconciliation: Reconciliation | None = None
    floor: Latencies | None = None
    usage: Mapping[str, float] = field(default_factory=dict)
    _seen: Mapping[int, Sample] = field(init=False, repr=False)
    _latencies: dict[str, Latencies] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_seen", {sample.index: sample for sample in self.run.samples})

    @cached_property
    def by_phase(self) -> Mapping[str, list[Arrival]]:
        """The arrivals of each phase."""
        found: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in self.planned:
            found[arrival.phase].append(arrival)
        return found

    @cached_property
    def starts(self) -> Mapping[str, float]:
        """The start of each phase, in seconds."""
        found: dict[str, float] = {}
        start = 0.0
        for phase in self.run.terms.load().phases:
            found[phase.name] = start
            start += phase.seconds
        return found

    def samples(self, phase: str, regular: bool = True) -> list[tuple[Arrival, Sample]]:
        """Return the samples of a phase: regular requests, or abuse."""
        chosen = (arrival for arrival in self.by_phase.get(phase, []) if (arrival.kind == REGULAR) == regular)
        return [(arrival, self._seen[arrival.index]) for arrival in chosen if arrival.index in self._seen]

    def timed(self, phase: str) -> Iterator[tuple[Arrival, Sample]]:
        """Yield the samples of a phase whose latencies count: of regular requests, without throttled ones."""
        for arrival, sample in self.samples(phase):
            if sample.status != THROTTLED and self.kinds.is_timed(arrival.item):
                yield arrival, sample

    def latencies(self, phase: str) -> Latencies:
        """Return the latencies of a phase."""
        if phase not in self._latencies:
            self._latencies[phase] = Latencies(sample.latency for _, sample in self.timed(phase))
        return self._latencies[phase]


# A number for a phase of a run; None where nothing was measured.
Measure = Callable[[RunOutcome, str], float | None]
# How a number came about, in words; empty where nothing was measured.
Arithmetic = Callable[[RunOutcome], str]
