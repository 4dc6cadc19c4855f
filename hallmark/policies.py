"""The policies without checkov: loaded strictly, for any template."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from hallmark import catalogue
from hallmark.together import placed_in
from infra.errors import UserError
from policies.engine.catalogue import CONTROLS, NoCatalogue
from policies.engine.finding import Finding
from policies.engine.judgement import Judgement, every
from policies.engine.library import NoPolicy
from policies.engine.notes import notes as notes_on
from policies.engine.reading.reader import read_template
from policies.engine.reading.refusal import Unreadable
from policies.engine.reading.together import Together
from policies.engine.systems import placed
from policies.engine.template.template import Template

Verdict = dict[str, Any]
# In the mark of an observed template: findings about data that decides, which no policy can read in a template.
DECIDING = "Deciding"


@cache
def load(system: str, folder: Path = CONTROLS) -> dict[str, Judgement]:
    """Return judgements by control id, of controls with policies; UserError unless rows and library fit and load."""
    # The strict reading first, for a mistake's file and line.
    known = {name: catalogue.load(name, folder) for name in {*catalogue.systems(folder), system}}
    try:
        found = every(folder)
    except (NoCatalogue, NoPolicy) as error:
        raise UserError(str(error)) from None
    return {control.id: found[control.id] for control in known[system].controls if control.policies}


def read(file: Path) -> dict[str, Any]:
    """Return the template in a file; raise UserError, in one line, if it is not one."""
    try:
        return read_template(file)
    except Unreadable as error:
        raise UserError(f"{file}: {' '.join(str(error).split())}") from None


def judge_together(whole: Together, system: str, stage: str | None = None) -> list[Verdict]:
    """Return the verdict of every control of a system on several templates; each finding has its own `template`."""
    return [{**one, "findings": placed_in(whole, one["findings"])} for one in judge(whole.document, system, stage)]


def passed_together(whole: Together, system: str, stage: str | None, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return what each control's policies found nothing wrong with: `id`, `policy`, `template` and `resource`.

    `verdicts` are those of `judge_together` on the same templates.
    """
    template = template_of(whole.document, system)
    found: list[Verdict] = []
    for one in verdicts:
        wrong = [{**item, "resource": whole.name_of(item["template"], item["resource"])} for item in one["findings"]]
        passed = load(system)[one["id"]].passed(template, stage, {item["resource"] for item in wrong})
        found += [{"id": one["id"], "policy": name, "resource": own} for name, all_ in passed.items() for own in all_]
    return placed_in(whole, found)


def notes_together(whole: Together, system: str) -> list[Verdict]:
    """Return the notes on several templates, each with its own `template`."""
    return placed_in(whole, notes(whole.document, system))


def judge(document: Mapping[str, Any], system: str, stage: str | None = None) -> list[Verdict]:
    """Return the verdict of every control of a system; the stage is the template's own unless it is named."""
    template = template_of(document, system)
    decided = _decided(document)
    return [_verdict(name, judgement, template, stage, decided) for name, judgement in load(system).items()]


def notes(document: Mapping[str, Any], system: str) -> list[Verdict]:
    """Return what no control judges and names something of the template: resource, type, names and text of each."""
    known = frozenset[str]().union(*(judgement.known for judgement in load(system).values()))
    return [{**asdict(note), "names": list(note.names)} for note in notes_on(template_of(document, system), known)]


def _verdict(
    name: str, judgement: Judgement, template: Template, stage: str | None, decided: list[tuple[str, dict[str, str]]]
) -> Verdict:
    findings = [_plain(finding) for finding in judgement.findings(template, stage)]
    findings += [finding for control, finding in decided if control == name]
    return {"id": name, "verdict": "failed" if findings else "proved", "findings": findings}


def _decided(document: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """Return the findings about data that decides, with their controls, as an observed template has them."""
    mark: Any = document
    for key in ("Metadata", "Hallmark", DECIDING):
        mark = mark.get(key) if isinstance(mark, Mapping) else None
    found = [one for one in mark if isinstance(one, Mapping)] if isinstance(mark, list) else []
    return [(str(one.get("control")), one["finding"]) for one in found if isinstance(one.get("finding"), dict)]


def _plain(finding: Finding) -> dict[str, str]:
    keys = ("policy", "resource", "path", "found", "wanted", "fix")
    return {key: getattr(finding, key) for key in keys}


def template_of(document: Mapping[str, Any], system: str | None = None) -> Template:
    """Return a template as the policies read it, expressions resolved; its system is its mark's by default."""
    return Template(placed(document, system or Template(document).system))
