"""The load runs for a pull request."""

from collections.abc import Callable, Iterator, Sequence

from hallmark.evidence.load_result import LoadResult

PERCENTILES = ("50", "95", "99", "99.9", "max")


def figures(loads: Sequence[LoadResult], control: str) -> tuple[str, ...]:
    """Return the chief figure of each run for a control, with rate, seconds, machine and stage."""
    return tuple(text for load in loads if (text := load.figure(control)))


def markdown(loads: Sequence[LoadResult], cell: Callable[[str], str]) -> Iterator[str]:
    """Yield Markdown: a table of phases and one of objectives for each run."""
    if not loads:
        return
    yield from ("", f"## Load ({len(loads)})")
    for load in loads:
        yield from ("", f"**{load.scenario}**: {cell(load.about)}. Every figure is {cell(load.conditions())}; ")
        yield f"{load.target} stage {load.stage}."
        names = " | ".join(f"p{name} ms" for name in PERCENTILES[:-1])
        yield from ("", f"| phase | offered/s | achieved/s | {names} | max ms |")
        yield f"| --- |{' ---: |' * (2 + len(PERCENTILES))}"
        for phase in load.phases:
            found = [phase.percentiles.get(name) for name in PERCENTILES]
            values = [f"{phase.offered:g}", f"{phase.achieved:.1f}", *("" if v is None else f"{v:.1f}" for v in found)]
            yield f"| {cell(phase.name)} | {' | '.join(values)} |"
        yield from (
            "",
            "| objective | phase | found and wanted | control | outcome |",
            "| --- | --- | --- | --- | --- |",
        )
        for judged in load.objectives:
            outcome = "passed" if judged.passed else "failed"
            yield f"| {judged.measure} | {judged.phase} | {cell(judged.told)} | `{judged.control}` | {outcome} |"
        yield from (line for note in load.notes for line in ("", cell(note)))
