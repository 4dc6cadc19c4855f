"""index.html of a system: the report for an auditor and an engineer, a single self-contained file."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from hallmark.evidence import KINDS, Finding
from hallmark.report import legend, limit_rows, load_charts, load_rows
from hallmark.report.copies import Links
from hallmark.report.model import ControlReport, KindState, ProofRow, Report, Seen
from hallmark.report.standing import LABELS, STANDINGS, WORST_FIRST, Ground, Verdict, label
from hallmark.report.tally import sentences, tally
from hallmark.waivers import Waiver

_PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True)
class ProofGroup:
    """Proofs with the same gate and artifact: a template, or the tests of one file by their names."""

    row: ProofRow
    file: str
    tests: tuple[tuple[str, Seen], ...]
    outcome: Seen


@cache
def _page(name: str) -> Template:
    environment = Environment(
        loader=FileSystemLoader(_PAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["prose"] = prose
    return environment.get_template(name)


def filled(name: str, **values: object) -> str:
    """Render a page of the folder `page`, with the project's own style and script."""
    return _page(name).render(
        **values,
        labels=LABELS,
        label=label,
        standings=STANDINGS,
        legend_of=legend.STANDINGS,
        fidelity_of=legend.FIDELITY,
        limit_of=legend.limit,
        # The project's own files, not text from outside.
        style=Markup((_PAGE / "style.css").read_text(encoding="utf-8")),
        script=Markup((_PAGE / "page.js").read_text(encoding="utf-8")),
    )


def render(report: Report) -> str:
    """Return the page; every text from outside is escaped."""
    return filled(
        "system.html.j2",
        report=report,
        run=report.run,
        headline=headline(report),
        controls=report.listed(),
        kinds=KINDS,
        state_of=state_of,
        groups_of=lambda item: groups(item.proofs),
        findings_of=merged,
        sources_of=report.sources_of,
        haystack=haystack,
        counted_limits=limit_rows.counted,
        target=target(report),
        fault_groups=fault_groups(report),
        over_time=load_charts.over_time,
        histogram=load_charts.histogram,
        frames=load_charts.FRAMES,
        link=Links(report.copies, "../"),
        gate_files={gate.name: gate.file for gate in report.gates},
        counts=tally(report),
        sentences=[text.partition(": ") for text in sentences(report)],
        tool_findings=[finding for finding in report.tool_findings if not finding.waived_by],
        bad_faults=[row for row in report.faults if row.outcome in ("failed", "missing")],
        load_percentiles=load_rows.PERCENTILES,
    )


def headline(report: Report) -> str:
    """Return the verdict on the run as one sentence, and a second one if requirements have no control."""
    without = report.without_control
    if not without:
        return _verdict(report)
    have = "have" if without > 1 else "has"
    return f"{_verdict(report)} {without} of {report.run.requirements} requirements {have} no control yet."


def _verdict(report: Report) -> str:
    bad = list(_failures(report))
    return f"{'; '.join(bad)}." if bad else f"{proved(report.counts, report.proved_on)}."


def _failures(report: Report) -> Iterator[str]:
    """Yield how many of each kind fail the run: controls, gates, then the other problems."""
    bad = [f"{n} {_BAD[v][n > 1]}" for v in WORST_FIRST if (n := sum(item.verdict == v for item in report.failing))]
    if bad:
        yield f"Of {len(report.controls)} controls {' and '.join(bad)}"
    if gates := [gate.name for gate in report.gates if gate.outcome != "passed"]:
        yield f"{len(gates)} of {len(report.gates)} gates did not pass: {', '.join(gates)}"
    problems = report.run.problems
    if len(problems) == 1:
        yield problems[0].removesuffix(".")
    elif problems:
        yield f"{len(problems)} more problems"


def proved(counts: Mapping[Verdict, int], on: Mapping[Ground, int]) -> str:
    """Return how many controls are proved, on what, and how many need AWS or are waived, without the full stop."""
    number = counts["proved"]
    grounds = [f"{count} {_ON[ground]}" for ground, count in on.items() if count]
    one = next((_ON[ground] for ground, count in on.items() if count == number), "")
    text = f"{number} control{' is' if number == 1 else 's are'} proved"
    if number:
        text += f" {one}" if one else f" ({', '.join(grounds)})"
    rest = (f"{counts[v]} {one if counts[v] == 1 else many}" for v, one, many in _REST if counts[v])
    return ", ".join((text, *rest))


def target(report: Report) -> str:
    """Return where the proofs come from."""
    found = " and ".join({"embedded": "the emulator", "aws": "AWS"}[name] for name in report.targets)
    return f"{found}; the weakest decides" if len(report.targets) > 1 else found or "templates and code only"


_ON: Mapping[Ground, str] = {"aws": "on AWS", "emulator": "on the emulator", "template": "by template"}
_BAD: Mapping[Verdict, tuple[str, str]] = {
    "needs-aws": ("lacks its proof on AWS", "lack their proof on AWS"),
    "failed": ("failed", "failed"),
    "unproven": ("is unproven", "are unproven"),
}
_REST: tuple[tuple[Verdict, str, str], ...] = (
    ("needs-aws", "needs an AWS account", "need an AWS account"),
    ("waived", "is waived", "are waived"),
)


def prose(text: str) -> Markup:
    """Return a text escaped, with text between backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def state_of(item: ControlReport, kind: str) -> KindState | None:
    """Return the result of one kind of proof for a control; None where the control does not ask for it."""
    return next((state for state in item.kinds if state.kind == kind), None)


def groups(proofs: Iterable[ProofRow]) -> list[ProofGroup]:
    """Return the proofs by gate and artifact, failed ones first."""
    found: dict[tuple[str, ...], list[ProofRow]] = {}
    for row in proofs:
        file = row.artifact.partition("::")[0]
        key = (row.gate, row.kind, file, row.target, str(row.fidelity), row.sha256)
        found.setdefault(key, []).append(row)
    made = [_group(rows) for rows in found.values()]
    return sorted(made, key=lambda group: group.outcome != "failed")


def _group(rows: list[ProofRow]) -> ProofGroup:
    tests = tuple((name, row.outcome) for row in rows if (name := row.artifact.partition("::")[2]))
    worst = min((row.outcome for row in rows), key=get_args(Seen).index)
    return ProofGroup(rows[0], rows[0].artifact.partition("::")[0], tests, worst)


def merged(item: ControlReport) -> list[tuple[Finding, Waiver | None, list[str]]]:
    """Return every finding once, with its waiver and its artifacts."""
    found: dict[tuple[Finding, Waiver | None], list[str]] = {}
    for row, finding in item.findings:
        found.setdefault((finding, row.waiver_of(finding)), []).append(row.artifact)
    return [(finding, waiver, artifacts) for (finding, waiver), artifacts in found.items()]


def haystack(item: ControlReport) -> str:
    """Return the text that the page's search uses."""
    control = item.control
    numbers = [number for numbers in control.frameworks.values() for number in numbers]
    resources = [finding.resource for _, finding in item.findings]
    fidelities = {limit.fidelity for limit in item.limits}
    about = (control.id, control.title, control.statement, control.severity, LABELS[item.standing], item.reason)
    words = (*about, *numbers, *resources, *sorted(fidelities))
    return " ".join(words).lower()


def fault_groups(report: Report) -> list[tuple[str, int]]:
    """Return the filters of the table of faults, and how many rows each shows: outcomes, and targets."""
    outcomes = Counter(row.outcome for row in report.faults)
    where = Counter("embedded only" if row.spec.embedded_only else "any stage" for row in report.faults)
    return [*sorted(outcomes.items()), *sorted(where.items())]
