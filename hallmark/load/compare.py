"""Comparison of two runs: whether they differ beyond noise.

Neighbouring latencies are not independent, so whole seconds are drawn, not requests: a block bootstrap.
A percentile differs beyond noise when the 99 % confidence interval of its difference excludes zero.
B. Efron, R. Tibshirani: An Introduction to the Bootstrap, 1993, chapters 8 and 13.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from hallmark.load import run_file
from hallmark.load.kinds import REGULAR
from hallmark.load.plan import slots
from hallmark.load.run_file import RunFile
from hallmark.systems.wing import load_of
from infra.errors import UserError

DRAWS, CONFIDENCE = 1000, 0.99
PERCENTILES = (50.0, 95.0, 99.0)
FEWEST_SECONDS = 10
Blocks = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Difference:
    """A percentile of both runs in milliseconds, and the interval of the second minus the first."""

    percentile: float
    first: float
    second: float
    low: float
    high: float

    @property
    def slower(self) -> bool:
        """Whether the second run is slower beyond noise."""
        return self.low > 0

    @property
    def faster(self) -> bool:
        """Whether the second run is faster beyond noise."""
        return self.high < 0


def compare(first: Path, second: Path) -> list[Difference]:
    """Return the differences of two runs; UserError when they have different scenarios, or are too short."""
    runs = [run_file.read(path) for path in (first, second)]
    names = [f"{run.terms.system}'s {run.terms.scenario}" for run in runs]
    if names[0] != names[1]:
        raise UserError(f"{first} is of {names[0]}, {second} of {names[1]}: they cannot be compared")
    blocks = [blocks_of(run) for run in runs]
    if min(map(len, blocks)) < FEWEST_SECONDS:
        raise UserError(f"a run of less than {FEWEST_SECONDS} counted seconds is too short: make longer ones")
    return differences(blocks[0], blocks[1])


def blocks_of(run: RunFile) -> list[list[int]]:
    """Return the latencies, in microseconds, of each counted second of a run."""
    tuned = run.terms.load()
    counted = {phase.name for phase in tuned.phases if phase.counted}
    planned = slots(tuned, run.terms.stage_key, load_of(run.terms.system).kinds)
    found: dict[int, list[int]] = defaultdict(list)
    for sample in run.samples:
        slot = planned[sample.index]
        if slot.phase in counted and slot.kind == REGULAR:
            found[int(slot.due)].append(sample.latency)
    return list(found.values())


def differences(first: Blocks, second: Blocks, seed: int = 0) -> list[Difference]:
    """Return the difference of each percentile, with its interval."""
    # Blocks are sorted once; each draw only merges them.
    first, second = [sorted(block) for block in first], [sorted(block) for block in second]
    random = Random(seed)
    drawn = [(_drawn(first, random), _drawn(second, random)) for _ in range(DRAWS)]
    found = []
    for place, percent in enumerate(PERCENTILES):
        excess = sorted(b[place] - a[place] for a, b in drawn)
        tail = int((1 - CONFIDENCE) / 2 * DRAWS)
        one, other = _percentiles(first)[place], _percentiles(second)[place]
        found.append(Difference(percent, one, other, excess[tail], excess[DRAWS - 1 - tail]))
    return found


def _drawn(blocks: Blocks, random: Random) -> list[float]:
    return _percentiles(random.choices(blocks, k=len(blocks)))


def _percentiles(blocks: Blocks) -> list[float]:
    values = sorted(chain.from_iterable(blocks))
    return [values[min(len(values) - 1, int(percent / 100 * len(values)))] / 1000 for percent in PERCENTILES]


def render(found: Sequence[Difference], console: Console) -> None:
    """Print the differences, and whether they are beyond noise."""
    table = Table("percentile", "first ms", "second ms", "difference, 99 % of draws", "", box=None)
    for item in found:
        verdict = "slower" if item.slower else "faster" if item.faster else "no difference beyond noise"
        interval = f"{item.low:+.1f} to {item.high:+.1f} ms"
        table.add_row(f"p{item.percentile:g}", f"{item.first:.1f}", f"{item.second:.1f}", interval, verdict)
    console.print(table)
