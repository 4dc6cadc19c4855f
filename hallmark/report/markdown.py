"""report.md: the report for a pull request."""

from collections.abc import Iterable, Iterator, Sequence

from hallmark.evidence import ToolFinding
from hallmark.report import legend, limit_rows, load_rows
from hallmark.report.markup import Section, cell, code, fitted, table
from hallmark.report.model import ControlReport, FaultRow, Report
from hallmark.report.standing import LABELS, STANDINGS, WORST_FIRST, Verdict, counted
from hallmark.report.tally import sentences

_MOST_PLACES = 5
_FAULTS = ("fault", "outcome", "injection", "expected", "observed", "accepted:", "lost:", "duplicates:", "where")
_WAIVERS = ("rule", "tool", "scope", "reason", "owner", "days left:", "findings:")


def render(report: Report) -> str:
    """Return the report as GitHub's Markdown: what failed first, what passed folded, as long as a comment may be."""
    return fitted(list(_first(report)), list(_sections(report)))


def _first(report: Report) -> Iterator[str]:
    yield f"# Compliance of `{report.run.system}`: {report.outcome}"
    yield ""
    where = f"Commit {cell(report.run.revision)}, target {report.run.target}."
    yield f"{report.scope}: {counted(report.standings)}. {where}"
    yield ""
    if report.without_control:
        yield f"- {report.without_control} requirements have no control yet and are not covered."
    yield from (f"- {cell(problem)}" for problem in report.problems[:30])
    if len(report.problems) > 30:
        yield f"- {len(report.problems) - 30} more problems: in report.json"
    yield from (f"- {cell(text)}" for text in sentences(report))


def _sections(report: Report) -> Iterator[Section]:
    by = {verdict: [item for item in report.controls if item.verdict == verdict] for verdict in WORST_FIRST}
    yield from _verdict(report, "failed", by["failed"])
    yield from _tools([finding for finding in report.tool_findings if not finding.waived_by])
    bad = [row for row in report.faults if row.outcome in ("failed", "missing")]
    yield from table("Faults that were not survived", _FAULTS, map(_fault, bad))
    for verdict in WORST_FIRST[1:-1]:
        yield from _verdict(report, verdict, by[verdict])
    for standing in STANDINGS[len(WORST_FIRST) - 1 :]:
        yield from _proved(LABELS[standing], [item for item in report.controls if item.standing == standing])
    yield from load_rows.markdown(report.loads)
    yield from table("Faults", _FAULTS, map(_fault, report.faults), folded=True)
    yield from _gates(report)
    yield from table("Waivers", _WAIVERS, _waivers(report), folded=True)
    yield from limit_rows.markdown(report)
    yield legend.markdown()


def _verdict(report: Report, verdict: Verdict, items: Sequence[ControlReport]) -> list[Section]:
    rows = ((_named(item), _why(report, item), cell(item.fix)) for item in items)
    return table(LABELS[verdict], ("control", "why", "fix"), rows, folded=verdict == "waived")


def _named(item: ControlReport) -> str:
    """Return a control with the number of its verdict's limits."""
    return f"`{item.control.id}` {cell(item.control.title)}{f' ({limit_rows.counted(item)})' if item.limits else ''}"


def _proved(title: str, items: Sequence[ControlReport]) -> Iterator[Section]:
    """Yield the ids with the number of their limits, and each one's figures and grounds, if they differ."""
    rows = [
        f"- `{item.control.id}`{f' ({limit_rows.counted(item)})' if item.limits else ''}"
        f"{': ' if (told := [*item.figures, *_mixed(item)]) else ''}{cell('; '.join(told))}"
        for item in items
    ]
    if rows:
        yield Section(f"{title} ({len(rows)})", rows=rows, folded=True)


def _mixed(item: ControlReport) -> Iterator[str]:
    grounds = {state.kind: state.proved_on for state in item.kinds if state.proved_on != "template"}
    if len(set(grounds.values())) > 1:
        on = {"aws": "on AWS", "emulator": "on the emulator"}
        yield ", ".join(f"{kind} {on[ground]}" for kind, ground in grounds.items() if ground in on)


def _why(report: Report, item: ControlReport) -> str:
    found = item.open_findings
    if item.verdict != "failed" or not found:
        return cell("; ".join((item.reason, *item.figures)))
    places = []
    for row, finding in found[:_MOST_PLACES]:
        where = ", ".join(filter(None, (row.stage, str(report.source_of(item, row, finding.resource)))))
        values = f": found {code(finding.found)}" if finding.found else ""
        places.append(f"{code(f'{finding.resource} {finding.path}')} ({cell(where)}){values}")
    more = len(found) - _MOST_PLACES
    return "; ".join((*places, *([f"{more} more places"] if more > 0 else []), *map(cell, item.figures)))


def _tools(findings: Iterable[ToolFinding]) -> list[Section]:
    rows = (
        (one.tool, code(one.rule), code(one.resource), code(f"{one.file}:{one.line}"), cell(one.message))
        for one in findings
    )
    return table("Findings of tools", ("tool", "rule", "resource", "place", "message"), rows)


def _fault(row: FaultRow) -> Iterator[str]:
    spec, observed = row.spec, row.observed
    seen = ("", "", "", "")
    if observed:
        seen = (observed.seen, str(observed.accepted), str(observed.lost), str(observed.duplicates))
    where = "embedded only" if spec.embedded_only else "any stage"
    return map(cell, (spec.fault, row.outcome, spec.injection, spec.expected, *seen, where))


def _gates(report: Report) -> Iterator[Section]:
    rows = []
    for gate in report.gates:
        seconds = "" if gate.seconds is None else f"{gate.seconds:.1f}"
        outcome = f"{gate.outcome}{': ' + gate.detail if gate.detail else ''}"
        rows.append((gate.name, cell(outcome), seconds, cell(gate.made_by)))
    yield from table("Gates", ("gate", "outcome", "seconds:", "made by"), rows, folded=True)
    inputs = [(gate.name, name, f"`{digest}`") for gate in report.gates for name, digest in gate.inputs.items()]
    yield from table("Inputs of the gates", ("gate", "input", "SHA-256"), inputs, folded=True)
    if report.mutants:
        yield Section("Mutants", (f"{report.mutants.killed} of {report.mutants.total} killed.",))


def _waivers(report: Report) -> Iterator[tuple[str, ...]]:
    for row in report.waivers:
        waiver = row.waiver
        later = "".join(f"; {what} in {days} days" for what, _, days in row.deadlines)
        about = (code(str(waiver.scope)), cell(waiver.reason + later), cell(waiver.owner))
        yield code(waiver.rule), waiver.tool, *about, str(row.days_left), str(row.uses)
