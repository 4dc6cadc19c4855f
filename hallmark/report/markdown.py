"""report.md: the report for a pull request."""

from collections.abc import Iterator, Sequence

from hallmark.report import load_rows
from hallmark.report.model import LABELS, LISTED, ControlReport, Report


def render(report: Report) -> str:
    """Return the report as GitHub's Markdown: unproved controls first, proved ones in one line."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    counts = ", ".join(f"{count} {LABELS[verdict].lower()}" for verdict, count in report.counts.items() if count)
    yield f"# Compliance of `{report.run.system}`: {report.outcome}"
    yield ""
    yield f"{report.scope}: {counts}. Commit `{report.run.commit[:10]}`, target {report.run.target}."
    if report.without_control:
        yield f"- {report.without_control} requirements have no control yet and are not covered."
    for problem in report.problems:
        yield f"- {cell(problem)}"
    for verdict in LISTED[:-1]:
        yield from _verdict(LABELS[verdict], [item for item in report.controls if item.verdict == verdict])
    proved = [f"`{item.control.id}`" for item in report.controls if item.verdict == "proved"]
    yield from ("", f"## Proved ({len(proved)})", "", ", ".join(proved) or "none")
    yield from load_rows.markdown(report.loads, cell)
    yield from _faults(report)
    yield from _gates(report)
    yield from _waivers(report)


def _verdict(label: str, items: Sequence[ControlReport]) -> Iterator[str]:
    if not items:
        return
    yield from ("", f"## {label} ({len(items)})", "", "| control | why | fix |", "| --- | --- | --- |")
    for item in items:
        yield f"| `{item.control.id}` {cell(item.control.title)} | {cell(_why(item))} | {cell(item.fix)} |"


def _why(item: ControlReport) -> str:
    if item.verdict != "failed" or not item.open_findings:
        return item.reason
    places = ((f"{f.resource} {f.path}".strip(), row.stage) for row, f in item.open_findings)
    return "; ".join(f"{place} ({stage})" if stage else place for place, stage in places)


def _faults(report: Report) -> Iterator[str]:
    if not report.faults:
        return
    columns = ("fault", "injection", "expected", "observed", "accepted", "lost", "duplicates", "where")
    yield from ("", f"## Faults ({len(report.faults)})", "", f"| {' | '.join(columns)} |")
    yield "| --- | --- | --- | --- | ---: | ---: | ---: | --- |"
    for row in report.faults:
        spec, observed = row.spec, row.observed
        columns = [row.outcome] * 4
        if observed:
            columns = [observed.seen, *map(str, (observed.accepted, observed.lost, observed.duplicates))]
        where = "embedded only" if spec.embedded_only else "any stage"
        cells = (spec.fault, spec.injection, spec.expected, *columns, where)
        yield f"| {' | '.join(cell(text) for text in cells)} |"


def _gates(report: Report) -> Iterator[str]:
    yield from ("", "## Gates", "", "| gate | outcome | seconds |", "| --- | --- | ---: |")
    for gate in report.gates:
        seconds = "" if gate.seconds is None else f"{gate.seconds:.1f}"
        yield f"| {gate.name} | {gate.outcome}{': ' + cell(gate.detail) if gate.detail else ''} | {seconds} |"
    if report.mutants:
        yield from ("", f"Mutants: {report.mutants.killed} of {report.mutants.total} killed.")


def _waivers(report: Report) -> Iterator[str]:
    if not report.waivers:
        return
    columns = ("rule", "tool", "scope", "reason", "owner", "days left", "findings")
    yield from ("", "## Waivers", "", f"| {' | '.join(columns)} |", "| --- | --- | --- | --- | --- | ---: | ---: |")
    for row in report.waivers:
        waiver = row.waiver
        later = "".join(f"; {what} in {days} days" for what, _, days in row.deadlines)
        columns = (waiver.tool, f"`{waiver.scope}`", waiver.reason + later, waiver.owner)
        cells = " | ".join(cell(text) for text in columns)
        yield f"| `{waiver.rule}` | {cells} | {row.days_left} | {row.uses} |"


def cell(text: str) -> str:
    """Return a text that neither ends a table's cell nor contains markup."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
