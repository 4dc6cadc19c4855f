"""The systems side by side: the same measures of each, a row each, so that they can be compared."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hallmark.report.model import Report
from hallmark.report.tally import tally


@dataclass(frozen=True)
class Measure:
    """One measure, its value of each system, and whether that fails the system's run."""

    name: str
    values: tuple[str, ...]
    bad: tuple[bool, ...]


def side_by_side(reports: Iterable[Report]) -> list[Measure]:
    """Return the measures of the reports, in their order."""
    columns = [dict(_of(report)) for report in reports]
    names = list(columns[0])
    return [Measure(name, *map(tuple, zip(*(column[name] for column in columns), strict=True))) for name in names]


def _of(report: Report) -> Iterator[tuple[str, tuple[str, bool]]]:
    counts = tally(report)

    def share(good: int, of: int) -> tuple[str, bool]:
        return (f"{good} of {of}" if of else "none"), good < of

    yield "gates passed", share(counts["gates"] - counts["gates_not_passed"], counts["gates"])
    for name, key in (("open findings of controls", "findings_open"), ("open findings of tools", "tool_findings_open")):
        yield name, (str(counts[key]), bool(counts[key]))
    for of, prefix in (("controls", ""), ("tools", "tool_")):
        waived = f"{counts[f'{prefix}findings_waived']} by {counts[f'waivers_of_{of}']}"
        yield f"waived findings of {of}, by waivers", (waived, False)
    yield "faults survived", share(counts["faults"] - counts["faults_not_survived"], counts["faults"])
    mutants = report.mutants
    yield "mutants killed", share(mutants.killed, mutants.total) if mutants else ("not run", False)
    yield "limits of the emulator", (str(counts["limits"]), False)
    yield "load", _load(report)
    for name, measure in (("p50, ms", "50"), ("p99, ms", "99"), ("slowest, ms", "max")):
        yield f"answer {name}", (_slowest(report, measure), False)
    yield "objectives met", share(*_objectives(report))
    yield "lost under load", _lost(report)


def _load(report: Report) -> tuple[str, bool]:
    return "; ".join(f"{load.rate:g}/s for {load.seconds:g} s" for load in report.loads) or "not run", False


def _slowest(report: Report, percentile: str) -> str:
    """Return the worst of the counted phases, in milliseconds."""
    phases = (phase for load in report.loads for phase in load.phases if phase.counted)
    found = [phase.percentiles[percentile] for phase in phases if percentile in phase.percentiles]
    return f"{max(found):.1f}" if found else ""


def _objectives(report: Report) -> tuple[int, int]:
    passed = [judged.passed for load in report.loads for judged in load.objectives]
    return passed.count(True), len(passed)


def _lost(report: Report) -> tuple[str, bool]:
    judged = [one for load in report.loads for one in load.objectives if one.measure == "lost"]
    found = "; ".join("not measured" if one.found is None else f"{one.found:g} {one.unit}" for one in judged)
    return found, any(not one.passed for one in judged)
