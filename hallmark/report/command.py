"""`hallmark report`: reads what the gates left, writes build/report, and says in a few lines how it stands."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hallmark import evidence, faults, waivers
from hallmark.build import require_current
from hallmark.project import BUILD, ROOT
from hallmark.report import html, json_report, junit, markdown, sarif
from hallmark.report.controls import controls_of
from hallmark.report.join import Facts, join
from hallmark.report.model import LABELS, ControlReport, Report
from hallmark.revision import revision, template_digests
from hallmark.synthesized import Synthesized, all_templates, observed_templates

REPORT = BUILD / "report"
SYSTEM = "realtime"


def report_command(system: str = SYSTEM, folder: Path = REPORT) -> int:
    """Write the report of a system; 0 when all is fine, 1 when anything failed or is unproven."""
    require_current()
    templates = {template.label: template for template in (*all_templates(), *observed_templates())}
    report = make(system, templates)
    write(report, folder, templates)
    print("\n".join(summary(report, folder)))
    return int(report.outcome == "failed")


def make(system: str, templates: dict[str, Synthesized]) -> Report:
    """Join what is there now: the catalogue, the evidence and the waivers."""
    stages = frozenset(t.stage for t in templates.values() if t.stage and t.system == system)
    facts = Facts(system, revision(), template_digests(), stages, evidence.now(), datetime.now(UTC).date())

    def type_of(artifact: str, resource: str) -> str | None:
        return templates[artifact].type_of(resource) if artifact in templates else None

    table = faults.load(system)
    return join(facts, controls_of(system), evidence.read_all(), waivers.load(), type_of, faults=table)


def write(report: Report, folder: Path, templates: dict[str, Synthesized]) -> None:
    """Write every form of the report into the folder."""

    def line_of(artifact: str, resource: str) -> int:
        return templates[artifact].line_of(resource) if artifact in templates else 1

    forms: dict[str, Callable[[], str]] = {
        "report.json": lambda: json_report.render(report),
        "report.md": lambda: markdown.render(report),
        "report.sarif": lambda: sarif.render(report, line_of),
        "junit.xml": lambda: junit.render(report),
        "index.html": lambda: html.render(report),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, render in forms.items():
        (folder / name).write_text(render(), encoding="utf-8")


def summary(report: Report, folder: Path) -> list[str]:
    """Return the lines for the terminal: counts, what fails, and where to read on."""
    counts = ", ".join(f"{count} {LABELS[verdict].lower()}" for verdict, count in report.counts.items() if count)
    lines = [f"{report.run.system}: {report.outcome}; {len(report.controls)} controls: {counts or 'none'}"]
    lines += [f"  {problem}" for problem in report.problems]
    lines += [f"  {_line(item)}" for item in report.failing]
    index = folder / "index.html"
    return [*lines, str(index.relative_to(ROOT) if index.is_relative_to(ROOT) else index)]


def _line(item: ControlReport) -> str:
    told = f"{item.control.id} {LABELS[item.verdict].lower()}: {item.reason}"
    # A failure's reason ends with the fix of its first finding.
    return told if item.verdict == "failed" else f"{told.removesuffix('.')}. {item.fix}"
