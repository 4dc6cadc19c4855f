"""`hallmark report`: reads the evidence, writes build/report, and prints a summary."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hallmark import __version__, evidence, faults, sources, waivers
from hallmark.build import require_current
from hallmark.evidence import manifest
from hallmark.evidence.expected import OF_THE_HOUSE, asked_of, chosen, expected
from hallmark.evidence.stored import Tree
from hallmark.project import BUILD, CLOUD_ASSEMBLY
from hallmark.report import copies, files, keeping
from hallmark.report.accept import accepted
from hallmark.report.against.base import read as read_base
from hallmark.report.against.command import against
from hallmark.report.controls import controls_of, requirements_of
from hallmark.report.front import Front
from hallmark.report.join import Facts, join
from hallmark.report.model import Report
from hallmark.report.summary import show, shown, summary
from hallmark.repository import repository
from hallmark.revision import revision, template_digests
from hallmark.synthesized import Synthesized, all_templates, observed_templates
from hallmark.unread import unread
from infra.dated_lists import refuse_overdue
from infra.systems import NAMES

REPORT = BUILD / "report"


def report_command(system: str | None = None, folder: Path = REPORT, base: Path | None = None) -> int:
    """Write the reports of all systems and the front page; 0 when all is proved, 1 when anything failed or is unproven.

    If a system is named, or set in $HALLMARK_SYSTEM, only it is printed and decides. UserError for a list past its
    review: no report is made of decisions by it. With a `base`, what changed since it is printed, and decides alone.
    """
    # First of all: the base may be the folder that is written, and a wrong one costs no time.
    compared = read_base(base) if base else None
    named, started = [one.name for one in chosen(system)], evidence.now()
    refuse_overdue()
    files.remove(folder)
    require_current()
    made, _ = joined()
    ran = {"command": _command_line(), "started": started}
    reports = {name: replace(report, run=replace(report.run, **ran)) for name, report in made.items()}
    reports = {name: copies.beside(report, folder) for name, report in reports.items()}
    for name, report in reports.items():
        files.write(report, folder / name)
    front = Front(tuple(reports.values()))
    files.write_front(front, folder)
    if compared is not None:
        return against(compared, reports, named, folder)
    for name in (row.system.name for row in front.rows if row.system.name in named):
        show(summary(reports[name], folder / name))
    if len(named) == len(NAMES):
        print(shown(folder / "index.html"))
    return int(any(reports[name].outcome == "failed" for name in named))


def joined(moment: datetime | None = None) -> tuple[dict[str, Report], dict[str, Synthesized]]:
    """Return the reports of all systems as of a moment (UTC), by default now, and all templates by their labels."""
    templates = {template.label: template for template in (*all_templates(), *observed_templates())}
    commit = revision()
    return {name: make(name, templates, commit, moment) for name in NAMES}, templates


def _command_line() -> str:
    """Return how this process was started, without the folders of the program."""
    return shlex.join([Path(sys.argv[0]).name.replace("__main__.py", "hallmark"), *sys.argv[1:]])


def make(system: str, templates: Mapping[str, Synthesized], commit: str, moment: datetime | None = None) -> Report:
    """Join a system's catalogue, evidence and waivers; `moment` (UTC), by default now, is the report's time."""
    time = moment or datetime.now(UTC)
    tree, known = Tree(system, template_digests(system)), waivers.load()
    # What was read back from a stage adds none: it is an artifact, which a gate's evidence vouches for or not.
    made = [template for template in templates.values() if template.path.parent == CLOUD_ASSEMBLY]
    facts = Facts(
        system,
        commit,
        tree.templates,
        frozenset(t.stage for t in made if t.stage and t.system == system),
        evidence.written(time),
        time.date(),
        requirements_of(system),
        frozenset(t.label for t in made if t.system in NAMES and t.system != system),
        manifest.digest(tree.folder),
    )

    def type_of(artifact: str, resource: str) -> str | None:
        return templates[artifact].type_of(resource) if artifact in templates else None

    gates, table = (*OF_THE_HOUSE, *expected(asked_of(system))), faults.load(system)
    found = accepted(tree, known)
    keeping.run_again(found.refused, system, tree.folder)
    seen = tuple(keeping.said_of(item, tree.folder) for item in found.accepted)
    origin = repository()
    about_tree = {"repository": origin.address, "branch": origin.branch, "version": __version__}
    plain = join(facts, controls_of(system), seen, known, type_of, gates, table, found.refused)
    report = replace(plain, run=replace(plain.run, **about_tree), sources=sources.load())
    return replace(report, unread=unread(report.read_from)) if report.reads_stages else report
