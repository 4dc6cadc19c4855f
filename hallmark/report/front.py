"""The front page: all systems, a row each, as HTML, Markdown and JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from hallmark.evidence import Outcome
from hallmark.evidence.expected import OF_THE_HOUSE
from hallmark.report import html, legend
from hallmark.report.copies import Links
from hallmark.report.markup import Section, cell, fitted, table
from hallmark.report.model import GateRow, Report
from hallmark.report.side_by_side import Measure, side_by_side
from hallmark.report.standing import GROUNDS, LABELS, STANDINGS, WORST_FIRST
from hallmark.report.tally import tally
from infra.systems import System, system_of


@dataclass(frozen=True)
class Row:
    """One system and its report, which is in a folder of its name beside the front page."""

    system: System
    report: Report

    @property
    def page(self) -> str:
        return f"{self.system.name}/index.html"


@dataclass(frozen=True)
class Front:
    """The reports of all systems, of one tree."""

    reports: tuple[Report, ...]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The systems, the worst first."""
        return tuple(Row(system_of(report.run.system), report) for report in sorted(self.reports, key=_worst_first))

    @property
    def measures(self) -> list[Measure]:
        """The figures of the systems side by side, in the order of the rows."""
        return side_by_side(row.report for row in self.rows)

    @property
    def outcome(self) -> Outcome:
        return "failed" if any(report.outcome == "failed" for report in self.reports) else "passed"

    @property
    def title(self) -> str:
        """The outcome: of the system, or of how many of them."""
        count = len(self.reports)
        return f"{self.reports[0].run.system if count == 1 else f'{count} systems'}: {self.outcome}"

    @property
    def headline(self) -> str:
        """The outcome of all systems as one sentence."""
        if len(self.reports) == 1:
            return html.headline(self.reports[0])
        failed = [row.report.run.system for row in self.rows if row.report.outcome == "failed"]
        if failed:
            return f"{len(failed)} of {len(self.reports)} systems failed: {', '.join(failed)}."
        without = sum(report.without_control for report in self.reports)
        more = f" {without} requirements have no control yet." if without else ""
        return f"All {len(self.reports)} systems passed. {self._proved}.{more}"

    @property
    def _proved(self) -> str:
        counts = {verdict: sum(report.counts[verdict] for report in self.reports) for verdict in WORST_FIRST}
        on = {ground: sum(report.proved_on[ground] for report in self.reports) for ground in GROUNDS}
        return html.proved(counts, on)

    @property
    def gates(self) -> tuple[GateRow, ...]:
        """The gates of the house, failures first: each as the first system has it that does not count it as passed."""
        rows = [gate for report in self.reports for gate in report.gates if gate.name in OF_THE_HOUSE]
        worst: dict[str, GateRow] = {}
        for gate in sorted(rows, key=lambda gate: gate.outcome == "passed"):
            worst.setdefault(gate.name, gate)
        return tuple(worst.values())

    @property
    def problems(self) -> tuple[str, ...]:
        """Problems of more than one system, each once; those of one system are in its own report."""
        found = [problem for report in self.reports for problem in report.problems]
        return tuple(problem for problem in dict.fromkeys(found) if found.count(problem) > 1 or len(self.reports) == 1)


def _worst_first(report: Report) -> tuple[bool, int, int]:
    counts = report.counts
    return report.outcome == "passed", -counts["failed"], -(counts["unproven"] + len(report.problems))


def page(front: Front) -> str:
    """Return index.html; every text from outside is escaped."""
    copies = {path: sha for report in front.reports for path, sha in report.copies.items()}
    return html.filled("index.html.j2", front=front, run=front.reports[0].run, link=Links(copies), tally=tally)


def summary_markdown(front: Front) -> str:
    """Return all systems in one table, as GitHub's Markdown."""
    return fitted(list(_first(front)), list(_sections(front)))


def _first(front: Front) -> Iterator[str]:
    run = front.reports[0].run
    yield f"# Compliance: {front.outcome}"
    yield ""
    yield f"{cell(front.headline)} Commit {cell(run.revision)}."
    yield ""
    yield from (f"- {cell(problem)}" for problem in front.problems)


def _sections(front: Front) -> Iterator[Section]:
    names = ("system", "region", "outcome", "controls", *(f"{LABELS[standing]}:" for standing in STANDINGS))
    rows = (
        (
            f"[{row.system.name}]({row.system.name}/report.md)",
            *(row.system.region, row.report.outcome, row.report.scope),
            *(str(count) for count in row.report.standings.values()),
        )
        for row in front.rows
    )
    yield from table("Systems", names, rows)
    yield from table("Side by side", ("", *(row.system.name for row in front.rows)), map(_measured, front.measures))
    yield legend.markdown()


def _measured(row: Measure) -> tuple[str, ...]:
    return row.name, *map(cell, row.values)


def summary_json(front: Front) -> str:
    """Return all systems as JSON; keys may be added to its shape, never renamed."""
    run = front.reports[0].run
    about = {"outcome": front.outcome, "commit": run.commit, "uncommitted": run.uncommitted, "generated": run.generated}
    systems = [_system(row) for row in front.rows]
    document = {**about, "systems": systems, "gates": _gates(front.gates), "legend": legend.words()}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _gates(rows: Sequence[GateRow]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def _system(row: Row) -> dict[str, object]:
    report = row.report
    return {
        "name": row.system.name,
        "region": row.system.region,
        "outcome": report.outcome,
        "controls": len(report.controls),
        "requirements": report.run.requirements,
        "counts": report.counts,
        "proved_on": report.proved_on,
        "tally": tally(report),
        "figures": [figure for item in report.controls for figure in item.figures],
        "problems": report.problems,
        "report": f"{row.system.name}/report.json",
    }
