"""`hallmark report`: reads the evidence, writes build/report, and prints a summary."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hallmark import evidence, faults, waivers
from hallmark.build import require_current
from hallmark.evidence import manifest
from hallmark.evidence.expected import OF_THE_HOUSE, asked_of, chosen, expected
from hallmark.evidence.stored import Tree
from hallmark.observe.unread import unread
from hallmark.project import BUILD, CLOUD_ASSEMBLY
from hallmark.report import files, keeping
from hallmark.report.accept import accepted
from hallmark.report.controls import controls_of, requirements_of
from hallmark.report.front import Front
from hallmark.report.join import Facts, join
from hallmark.report.model import Report
from hallmark.report.summary import show, shown, summary
from hallmark.revision import revision, template_digests
from hallmark.synthesized import Synthesized, all_templates, observed_templates
from infra.dated_lists import refuse_overdue
from infra.systems import NAMES

REPORT = BUILD / "report"


def report_command(system: str | None = None, folder: Path = REPORT) -> int:
    """Write the reports of all systems and the front page; 0 when all is proved, 1 when anything failed or is unproven.

    If a system is named, or set in $HALLMARK_SYSTEM, only it is printed and decides. UserError for a list past its
    review: no report is made of decisions by it.
    """
    named = [one.name for one in chosen(system)]
    refuse_overdue()
    files.remove(folder)
    require_current()
    templates = {template.label: template for template in (*all_templates(), *observed_templates())}
    commit = revision()
    reports = {name: make(name, templates, commit) for name in NAMES}
    for name, report in reports.items():
        files.write(report, folder / name, templates)
    files.write_front(Front(tuple(reports.values())), folder)
    for name in named:
        show(summary(reports[name], folder / name))
    if len(named) == len(NAMES):
        print(shown(folder / "index.html"))
    return int(any(reports[name].outcome == "failed" for name in named))


def make(system: str, templates: Mapping[str, Synthesized], commit: str) -> Report:
    """Join a system's catalogue, evidence and waivers."""
    tree, known = Tree(system, template_digests(system)), waivers.load()
    # What was read back from a stage adds none: it is an artifact, which a gate's evidence vouches for or not.
    made = [template for template in templates.values() if template.path.parent == CLOUD_ASSEMBLY]
    facts = Facts(
        system,
        commit,
        tree.templates,
        frozenset(t.stage for t in made if t.stage and t.system == system),
        evidence.now(),
        datetime.now(UTC).date(),
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
    report = join(facts, controls_of(system), seen, known, type_of, gates, table, found.refused)
    return replace(report, unread=unread(report.read_from)) if report.reads_stages else report
