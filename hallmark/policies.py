"""The policies without checkov: loaded strictly, for any template."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from hallmark import catalogue
from hallmark.wording import counted
from infra.errors import UserError
from policies.engine.catalogue import CONTROLS, NoCatalogue
from policies.engine.finding import Finding
from policies.engine.judgement import Judgement, every
from policies.engine.library import NoPolicy
from policies.engine.notes import notes as notes_on
from policies.engine.reading.reader import read_template
from policies.engine.reading.refusal import Unreadable
from policies.engine.systems import NoSystem, placed, system_of
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


def _system(name: str, document: Mapping[str, Any], wanted: str | None) -> str:
    """Return the system whose controls a template must meet; raise UserError if it cannot be resolved."""
    try:
        return system_of(Template(document), wanted)
    except NoSystem as error:
        option = f"--system {' or '.join(catalogue.systems())}"
        more = "leave out --system" if wanted else f"or name the system whose controls it must meet: {option}"
        raise UserError(f"{name}: {error}{': ' if wanted else ', '}{more}") from None


def policy_command(files: list[Path], system: str | None, stage: str | None, as_json: bool) -> int:
    """Print the verdicts on templates; 0 without a finding, 1 with one."""
    if system:
        catalogue.load(system)
    documents = {str(file): read(file) for file in files}
    systems = {name: _system(name, document, system) for name, document in documents.items()}
    results: list[Verdict] = [
        {
            "template": name,
            "controls": judge(document, systems[name], stage),
            "notes": notes(document, systems[name]),
        }
        for name, document in documents.items()
    ]
    return show(results, systems, as_json)


def show(results: list[Verdict], systems: Mapping[str, str], as_json: bool) -> int:
    """Print the verdicts on templates, or on stages read back as templates; 0 without a finding, 1 with one."""
    if as_json:
        print(json.dumps(results, indent=1))
    else:
        print("\n".join(line for result in results for line in _text(result, systems[result["template"]])))
    return int(any(control["findings"] for result in results for control in result["controls"]))


def _text(result: dict[str, Any], system: str) -> list[str]:
    controls = result["controls"]
    failed = [control for control in controls if control["findings"]]
    lines: list[str] = []
    for control in failed:
        lines.append(f"{control['id']}  failed")
        several = len(load(system)[control["id"]].policies) > 1
        for finding in control["findings"]:
            where = " ".join(part for part in (finding["resource"], finding["path"]) if part)
            lines += [f"  {where}", f"    found   {finding['found']}", f"    wanted  {finding['wanted']}"]
            lines += [f"    policy  {finding['policy']}"] if several else []
            lines += [f"    fix     {finding['fix']}"] if finding["fix"] else []
    for note in result["notes"]:
        lines += [f"note  {note['resource']}  {note['type']}", f"    {note['text']}"]
    count = sum(len(control["findings"]) for control in failed)
    proved = len(controls) - len(failed)
    noted = f", {counted(len(result['notes']), 'note')}" if result["notes"] else ""
    many = f"{counted(proved, 'control')} proved, {len(failed)} failed, {counted(count, 'finding')}{noted}"
    return [*lines, f"{result['template']}: {many}"]
