"""report.md: the report for a pull request."""

from collections.abc import Iterator, Sequence

from hallmark.report import legend, limit_rows, load_rows
from hallmark.report.model import ControlReport, Report
from hallmark.report.standing import LABELS, STANDINGS, WORST_FIRST, counted


def render(report: Report) -> str:
    """Return the report as GitHub's Markdown: unproved controls first, proved ones in one line."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# Compliance of `{report.run.system}`: {report.outcome}"
    yield ""
    yield f"{report.scope}: {counted(report.standings)}. Commit `{report.run.commit[:10]}`, target {report.run.target}."
    if report.without_control:
        yield f"- {report.without_control} requirements have no control yet and are not covered."
    for problem in report.problems:
        yield f"- {cell(problem)}"
    for verdict in WORST_FIRST[:-1]:
        yield from _verdict(report, LABELS[verdict], [item for item in report.controls if item.verdict == verdict])
    for standing in STANDINGS[len(WORST_FIRST) - 1 :]:
        yield from _proved(LABELS[standing], [item for item in report.controls if item.standing == standing])
    yield from legend.markdown(cell)
    yield from limit_rows.markdown(report, cell)
    yield from load_rows.markdown(report.loads, cell)
    yield from _faults(report)
    yield from _gates(report)
    yield from _waivers(report)


def _verdict(report: Report, label: str, items: Sequence[ControlReport]) -> Iterator[str]:
    if not items:
        return
    yield from ("", f"## {label} ({len(items)})", "", "| control | why | fix |", "| --- | --- | --- |")
    for item in items:
        yield f"| `{item.control.id}` {cell(item.control.title)} | {cell(_why(report, item))} | {cell(item.fix)} |"


def _proved(title: str, items: Sequence[ControlReport]) -> Iterator[str]:
    """Yield the ids with the number of their limits.

    And a line for each control with figures, or with proofs from different grounds.
    """
    if not items:
        return
    ids = (f"`{i.control.id}`{f' ({limit_rows.counted(i)})' if i.limits else ''}" for i in items)
    yield from ("", f"## {title} ({len(items)})", "", ", ".join(ids))
    lines = [f"- `{item.control.id}`: {cell(text)}" for item in items for text in (*item.figures, *_mixed(item))]
    yield from ("", *lines) if lines else ()


def _mixed(item: ControlReport) -> Iterator[str]:
    grounds = {state.kind: state.proved_on for state in item.kinds if state.proved_on != "template"}
    if len(set(grounds.values())) > 1:
        on = {"aws": "on AWS", "emulator": "on the emulator"}
        yield ", ".join(f"{kind} {on[ground]}" for kind, ground in grounds.items() if ground in on)


def _why(report: Report, item: ControlReport) -> str:
    if item.verdict != "failed" or not item.open_findings:
        return "; ".join((item.reason, *item.figures))
    places = []
    for row, finding in item.open_findings:
        where = filter(None, (row.stage, str(report.source_of(item, row, finding.resource))))
        places.append(f"{finding.resource} {finding.path}".strip() + f" ({', '.join(where)})")
    return "; ".join(places)


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
    yield from ("", "## Gates", "", "| gate | outcome | seconds | made by |", "| --- | --- | ---: | --- |")
    for gate in report.gates:
        seconds = "" if gate.seconds is None else f"{gate.seconds:.1f}"
        outcome = f"{gate.outcome}{': ' + cell(gate.detail) if gate.detail else ''}"
        yield f"| {gate.name} | {outcome} | {seconds} | {cell(gate.made_by)} |"
    inputs = [(gate.name, name, f"`{digest}`") for gate in report.gates for name, digest in gate.inputs.items()]
    yield from limit_rows.folded("Inputs of the gates", ("gate", "input", "SHA-256"), inputs)
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
