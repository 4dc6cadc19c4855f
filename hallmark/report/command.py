"""`hallmark report`: reads the evidence, writes build/report, and prints a summary."""

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from hallmark import evidence, faults, waivers
from hallmark.build import require_current
from hallmark.evidence import manifest
from hallmark.evidence.expected import OF_THE_HOUSE, asked_of, chosen, expected
from hallmark.evidence.stored import Tree
from hallmark.observe.unread import unread
from hallmark.project import BUILD, ROOT
from hallmark.report import front, html, json_report, junit, markdown, sarif
from hallmark.report.accept import accepted
from hallmark.report.controls import controls_of, requirements_of
from hallmark.report.front import Front
from hallmark.report.join import Facts, join
from hallmark.report.model import ControlReport, Report
from hallmark.report.standing import counted, label
from hallmark.revision import revision, template_digests
from hallmark.synthesized import Synthesized, all_templates, observed_templates
from infra.systems import NAMES

REPORT = BUILD / "report"
Forms = Mapping[str, Callable[[], str]]


def report_command(system: str | None = None, folder: Path = REPORT) -> int:
    """Write the reports of all systems and the front page; 0 when all is proved, 1 when anything failed or is unproven.

    If a system is named, or set in $HALLMARK_SYSTEM, only it is printed and decides.
    """
    named = [one.name for one in chosen(system)]
    require_current()
    templates = {template.label: template for template in (*all_templates(), *observed_templates())}
    commit = revision()
    reports = {name: make(name, templates, commit) for name in NAMES}
    for name, report in reports.items():
        write(report, folder / name, templates)
    write_front(Front(tuple(reports.values())), folder)
    for name in named:
        _print(summary(reports[name], folder / name))
    if len(named) == len(NAMES):
        print(_shown(folder / "index.html"))
    return int(any(reports[name].outcome == "failed" for name in named))


def _print(lines: Iterable[str]) -> None:
    """Print lines, in a terminal broken between words; a pipe gets them whole."""
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        broken = partial(textwrap.fill, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent)
        print(broken(line, columns) if columns else line)


def make(system: str, templates: Mapping[str, Synthesized], commit: str) -> Report:
    """Join a system's catalogue, evidence and waivers."""
    tree, known = Tree(system, template_digests(system)), waivers.load()
    facts = Facts(
        system,
        commit,
        tree.templates,
        frozenset(t.stage for t in templates.values() if t.stage and t.system == system),
        evidence.now(),
        datetime.now(UTC).date(),
        requirements_of(system),
        frozenset(label for label, t in templates.items() if t.system in NAMES and t.system != system),
        manifest.digest(tree.folder),
    )

    def type_of(artifact: str, resource: str) -> str | None:
        return templates[artifact].type_of(resource) if artifact in templates else None

    gates, table = (*OF_THE_HOUSE, *expected(asked_of(system))), faults.load(system)
    found = accepted(tree, known)
    report = join(facts, controls_of(system), found.accepted, known, type_of, gates, table, found.refused)
    return replace(report, unread=unread(report.read_from)) if report.reads_stages else report


def write(report: Report, folder: Path, templates: Mapping[str, Synthesized]) -> None:
    """Write a system's report in every format into its folder."""

    def line_of(artifact: str, resource: str) -> int:
        return templates[artifact].line_of(resource) if artifact in templates else 1

    _write(
        folder,
        {
            "report.json": lambda: json_report.render(report),
            "report.md": lambda: markdown.render(report),
            "report.sarif": lambda: sarif.render(report, line_of),
            "junit.xml": lambda: junit.render(report),
            "index.html": lambda: html.render(report),
        },
    )


def write_front(all_systems: Front, folder: Path) -> None:
    """Write the front page in every format into the folder that holds the systems' own."""
    _write(
        folder,
        {
            "summary.json": lambda: front.summary_json(all_systems),
            "summary.md": lambda: front.summary_markdown(all_systems),
            "index.html": lambda: front.page(all_systems),
        },
    )


def _write(folder: Path, forms: Forms) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, render in forms.items():
        (folder / name).write_text(render(), encoding="utf-8")


def summary(report: Report, folder: Path) -> list[str]:
    """Return the lines for the terminal: counts, failures, figures, what a reader must know, the report's path."""
    lines = [f"{report.run.system}: {report.outcome}; {report.scope}: {counted(report.standings)}"]
    lines += [f"  {problem}" for problem in report.problems]
    lines += [f"  {_line(item)}" for item in report.failing]
    lines += [f"  {item.control.id}: {figure}" for item in report.controls for figure in item.figures]
    lines += [f"  {text}" for text in _reservations(report)]
    return [*lines, _shown(folder / "index.html")]


def _reservations(report: Report) -> Iterator[str]:
    """Yield what the report says in full: limits of the emulator, what is not read, notes of policies."""
    absent = sum(1 for limit in report.limits if limit.fidelity == "absent")
    if report.limits:
        apply = "1 limit applies" if len(report.limits) == 1 else f"{len(report.limits)} limits apply"
        more = f", {absent} of them absent" if absent else ""
        yield f"the emulator is not AWS: {apply}{more} (in the report, by control)"
    if report.unread:
        things = "1 thing" if len(report.unread) == 1 else f"{len(report.unread)} things"
        yield f"not read back from the stages: {things} (in the report, with the reason)"
    yield from (f"note: {note.text}" for note in report.notes)


def _shown(file: Path) -> str:
    return str(file.relative_to(ROOT) if file.is_relative_to(ROOT) else file)


def _line(item: ControlReport) -> str:
    line = f"{item.control.id} {label(item.verdict)}: {item.reason}"
    # A failure's reason ends with the fix of its first finding.
    return line if item.verdict == "failed" else f"{line.removesuffix('.')}. {item.fix}"
