"""Which ids of the frameworks are covered, by which control of which system, with which verdict, and which are not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hallmark.export.findings_csv import table
from hallmark.export.frameworks.lists import Framework, Section, frameworks
from hallmark.report import html
from hallmark.report.markup import cell
from hallmark.report.model import ControlReport, Report
from hallmark.report.standing import LABELS, STANDINGS, Standing, label

OUTSIDE = "outside of the area"


@dataclass(frozen=True)
class Cover:
    """A control that covers an id, with its system."""

    system: str
    control: ControlReport

    @property
    def id(self) -> str:
        return self.control.control.id

    @property
    def standing(self) -> Standing:
        return self.control.standing


@dataclass(frozen=True)
class Line:
    """An id of a framework, its title or what its section is about, and what covers it."""

    id: str
    section: str
    title: str
    covers: tuple[Cover, ...]

    @property
    def standing(self) -> Standing | None:
        """The worst of the controls' standings; None where nothing covers it."""
        return min((one.standing for one in self.covers), key=STANDINGS.index, default=None)

    def of(self, system: str) -> list[Cover]:
        """Return the controls of a system that cover it."""
        return [one for one in self.covers if one.system == system]


@dataclass(frozen=True)
class Matrix:
    """A framework with a line for each id of its area, and one for each other id that a control names."""

    framework: Framework
    systems: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def covered(self) -> list[Line]:
        return [line for line in self.lines if line.covers]

    @property
    def uncovered(self) -> list[Line]:
        return [line for line in self.lines if not line.covers]

    def left(self) -> Iterator[tuple[str, Section, list[str]]]:
        """Yield the sections with ids that no control covers."""
        open_ids = {line.id for line in self.uncovered}
        for name, section in self.framework.sections.items():
            if ids := [one for one in section.ids if one in open_ids]:
                yield name, section, ids


def matrices(reports: Iterable[Report]) -> list[Matrix]:
    """Return the matrix of each framework over the reports of systems."""
    made = list(reports)
    return [_matrix(framework, made) for framework in frameworks()]


def _matrix(framework: Framework, reports: Sequence[Report]) -> Matrix:
    covers: dict[str, list[Cover]] = {}
    for report in reports:
        for item in report.controls:
            for one in item.control.frameworks.get(framework.name, ()):
                covers.setdefault(one, []).append(Cover(report.run.system, item))
    lines = [
        Line(one, name, title or section.about, tuple(covers.pop(one, ())))
        for name, section in framework.sections.items()
        for one, title in section.ids.items()
    ]
    lines += [Line(one, "", OUTSIDE, tuple(found)) for one, found in sorted(covers.items())]
    return Matrix(framework, tuple(report.run.system for report in reports), tuple(lines))


def as_csv(found: Iterable[Matrix]) -> str:
    """Return a row for each id and control; an uncovered id has one without a control."""
    head = ("framework", "id", "section", "about", "covered", "system", "control", "title", "verdict", "proved on")
    return table(head, (row for matrix in found for line in matrix.lines for row in _rows(matrix, line)))


def _rows(matrix: Matrix, line: Line) -> Iterator[Sequence[str]]:
    start = (matrix.framework.name, line.id, line.section, line.title, "yes" if line.covers else "no")
    if not line.covers:
        yield (*start, "", "", "", "", "")
    for one in line.covers:
        item = one.control
        yield (*start, one.system, item.control.id, item.control.title, item.verdict, item.proved_on or "")


def as_markdown(found: Iterable[Matrix]) -> str:
    """Return the matrices as GitHub's Markdown, what is not covered first."""
    return "\n".join(line for matrix in found for line in _lines(matrix)) + "\n"


def _lines(matrix: Matrix) -> Iterator[str]:
    framework = matrix.framework
    yield f"# {framework.name}: {len(matrix.covered)} of {len(matrix.lines)} ids covered"
    yield from ("", f"{framework.scope} Source: {framework.source} ({framework.version}).", "")
    yield from (f"## Not covered ({len(matrix.uncovered)})", "", "| section | about | ids |", "| --- | --- | --- |")
    yield from (f"| {name} | {cell(section.about)} | {', '.join(ids)} |" for name, section, ids in matrix.left())
    head = ("id", "about", "worst", *matrix.systems)
    yield from ("", f"## Covered ({len(matrix.covered)})", "", f"| {' | '.join(head)} |", "| --- " * len(head) + "|")
    for line in matrix.covered:
        by = [", ".join(f"{one.id} ({label(one.standing)})" for one in line.of(name)) for name in matrix.systems]
        worst = LABELS[line.standing] if line.standing else ""
        yield f"| {' | '.join(map(cell, (line.id, line.title, worst, *by)))} |"
    yield ""


def as_html(found: Sequence[Matrix], reports: Sequence[Report]) -> str:
    """Return the matrices as one page in the report's style; every text from outside is escaped."""
    return html.filled("frameworks.html.j2", matrices=found, run=reports[0].run)
