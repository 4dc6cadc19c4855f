"""`hallmark export`: writes the report's other forms into a folder for each system, and the frameworks' matrix."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from hallmark.build import require_current
from hallmark.evidence.expected import chosen
from hallmark.export import asff, findings_csv
from hallmark.export.frameworks import matrix
from hallmark.export.oscal import writing
from hallmark.export.oscal.component import component_definition
from hallmark.export.oscal.results import assessment_results
from hallmark.export.resources import Resources
from hallmark.export.rows import rows
from hallmark.project import BUILD
from hallmark.report.command import joined
from hallmark.report.model import Report
from hallmark.report.summary import shown
from hallmark.synthesized import Synthesized
from infra.dated_lists import refuse_overdue
from infra.systems import NAMES

EXPORT = BUILD / "export"
# The files of a system, and nothing else of its folder.
FORMS = (
    "findings.csv",
    "asff.json",
    "asff/[0-9][0-9][0-9].json",
    "oscal/component-definition.json",
    "oscal/assessment-results.json",
)


def export_command(system: str | None = None, folder: Path = EXPORT) -> int:
    """Write the forms of all systems, or of one; 0 also where controls failed, for the forms say so.

    UserError as of `hallmark report`.
    """
    named = [one.name for one in chosen(system)]
    refuse_overdue()
    require_current()
    reports, templates = joined()
    write({name: reports[name] for name in named}, templates, folder)
    for name in named:
        print(shown(folder / name))
    print(shown(folder / "frameworks.html"))
    if not writing.is_possible():
        print(f"hallmark: {writing.MISSING}", file=sys.stderr)
    return 0


def write(reports: Mapping[str, Report], templates: Mapping[str, Synthesized], folder: Path) -> None:
    """Write all forms of reports; those of an earlier export are deleted first, also of systems that are left out."""
    for path in (path for name in NAMES for form in FORMS for path in (folder / name).glob(form)):
        path.unlink()
    for name, report in reports.items():
        _write(folder / name, of_system(report, templates))
    made = [*reports.values()]
    found = matrix.matrices(made)
    texts = {"frameworks.csv": matrix.as_csv(found), "frameworks.md": matrix.as_markdown(found)}
    _write(folder, {**texts, "frameworks.html": matrix.as_html(found, made)})


def of_system(report: Report, templates: Mapping[str, Synthesized]) -> dict[str, str]:
    """Return the forms of a system's report by their files; those of OSCAL only where trestle is installed."""
    resources = Resources(report, templates)
    made = rows(report, resources)
    found = asff.findings(report, made, resources)
    texts = {"findings.csv": findings_csv.render(made), "asff.json": _json(found)}
    texts |= {f"asff/{number:03}.json": _json(one) for number, one in enumerate(asff.batches(found), 1)}
    if writing.is_possible():
        documents = {
            "component-definition": component_definition(report),
            "assessment-results": assessment_results(report, resources),
        }
        texts |= {f"oscal/{kind}.json": writing.rendered(kind, one) for kind, one in documents.items()}
    return texts


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
