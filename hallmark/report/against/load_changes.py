"""Load runs of two reports: slower or faster only where two runs of the same code would not differ as much.

The seconds of both runs are drawn as `hallmark load compare` draws them: the interval of the difference excludes zero.
"""

from collections.abc import Iterator, Sequence

from hallmark.load.compare import FEWEST_SECONDS, differences
from hallmark.report.against.document import Load
from hallmark.report.against.rows import Change

# Two runs on shared machines differ by this much, whatever their seconds say.
LEAST_SHARE = 0.1


def load_changes(before: Sequence[Load], now: Sequence[Load]) -> Iterator[Change]:
    """Yield the scenarios that are clearly slower or faster, and those that are new or cannot be compared."""
    known = {_key(load): load for load in before}
    for load in now:
        old = known.pop(_key(load), None)
        if old is None:
            yield Change("changed", "load", load.scenario, f"new: at {load.rate:g}/s on {load.machine}")
        elif why := _otherwise(old, load):
            yield Change("changed", "load", load.scenario, f"cannot tell: {why}")
        else:
            yield from _differences(old, load)
    yield from (Change("changed", "load", old.scenario, "gone") for old in known.values())


def _key(load: Load) -> tuple[str, str, str]:
    return load.scenario, load.target, load.stage


def _otherwise(old: Load, new: Load) -> str:
    """Return why two runs have other conditions; empty where they are comparable."""
    if old.machine != new.machine:
        return f"on {old.machine}, then on {new.machine}"
    if old.rate != new.rate:
        return f"at {old.rate:g}/s, then at {new.rate:g}/s"
    if min(len(old.series), len(new.series)) < FEWEST_SECONDS:
        return f"a run has less than {FEWEST_SECONDS} seconds"
    return ""


def _differences(old: Load, new: Load) -> Iterator[Change]:
    for name in ("p50", "p99"):
        # Of each second one value, in microseconds; the middle of the seconds is compared.
        first, second = ([[round(getattr(one, name) * 1000)] for one in load.series] for load in (old, new))
        middle = next(item for item in differences(first, second) if item.percentile == 50)
        apart = abs(middle.second - middle.first)
        # A floor that moved as much shows the machine, not the change.
        moved = abs(new.floor.get(name, 0.0) - old.floor.get(name, 0.0))
        if (middle.slower or middle.faster) and apart > max(moved, LEAST_SHARE * middle.first):
            what = f"{name} of a second {middle.first:.1f} ms -> {middle.second:.1f} ms"
            conditions = f"at {new.rate:g}/s on {new.machine}"
            yield Change("worse" if middle.slower else "better", "load", new.scenario, what, conditions)
