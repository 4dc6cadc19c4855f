"""The load runs for a pull request."""

from collections.abc import Iterator, Sequence

from hallmark.evidence.load_result import LoadResult, PhaseResult
from hallmark.report.markup import Section, cell, code

PERCENTILES = ("50", "95", "99", "99.9", "max")


def figures(loads: Sequence[LoadResult], control: str) -> tuple[str, ...]:
    """Return the chief figure of each run for a control, with rate, seconds, machine and stage."""
    return tuple(text for load in loads if (text := load.figure(control)))


def markdown(loads: Sequence[LoadResult]) -> Iterator[Section]:
    """Yield a table of phases and one of objectives for each run, failed objectives first; folded if all are met."""
    for load in loads:
        folded = all(judged.passed for judged in load.objectives)
        about = f"{cell(load.about)}. Every figure is {cell(load.conditions())}; {load.target} stage {load.stage}."
        names = [f"p{name} ms" for name in PERCENTILES[:-1]]
        columns = f"| phase | offered/s | achieved/s | {' | '.join(names)} | max ms |"
        phases = [_phase(phase) for phase in load.phases]
        notes = [line for note in load.notes for line in (cell(note), "")]
        head = [about, "", *notes, columns, f"| --- |{' ---: |' * (2 + len(PERCENTILES))}", *phases]
        objectives = [
            f"| {cell(judged.measure)} | {cell(judged.phase)} | {cell(judged.told)} | {code(judged.control)} |"
            f" {'passed' if judged.passed else 'failed'} |"
            for judged in sorted(load.objectives, key=lambda judged: judged.passed)
        ]
        head += ["", "| objective | phase | found and wanted | control | outcome |", f"|{' --- |' * 5}"]
        yield Section(f"Load: {cell(load.scenario)} ({len(objectives)})", head, objectives, folded)


def _phase(phase: PhaseResult) -> str:
    found = [phase.percentiles.get(name) for name in PERCENTILES]
    values = [f"{phase.offered:g}", f"{phase.achieved:.1f}", *("" if v is None else f"{v:.1f}" for v in found)]
    return f"| {cell(phase.name)} | {' | '.join(values)} |"
