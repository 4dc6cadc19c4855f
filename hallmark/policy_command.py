"""`hallmark policy` on files: each by itself, several together as one stage, or all stages of a cloud assembly."""

import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hallmark import catalogue, policies
from hallmark.policies import Verdict
from hallmark.together import beside, joined
from hallmark.wording import counted
from infra.errors import UserError
from infra.systems import SYSTEMS
from policies.engine.assembly import assembly
from policies.engine.reading.refusal import NotTogether, Unreadable
from policies.engine.reading.together import refuse_difference
from policies.engine.systems import NoSystem, system_of
from policies.engine.template.naming import stage_of
from policies.engine.template.template import Template

Documents = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Entry:
    """The verdicts on a template, or on several, with the system and the names of the templates."""

    system: str
    name: str
    result: Verdict


def policy_command(
    files: Sequence[Path],
    system: str | None,
    stage: str | None,
    as_json: bool,
    together: bool = False,
    controls: Collection[str] = (),
) -> int:
    """Print the verdicts on templates, and on the stages of folders with an assembly; 0 without a finding, 1 with one.

    `together` judges the files as one stage of one system; else each is judged by itself. `controls` are the only ones
    that count, all if none is named; UserError for one that judges none of it.
    """
    if system:
        catalogue.load(system)
    folders = [file for file in files if file.is_dir()]
    documents = {str(file): policies.read(file) for file in files if file not in folders}
    entries: list[Entry] = []
    if together and documents:
        entries.append(_together(documents, system, stage))
    else:
        entries += [_alone(name, document, system, stage) for name, document in documents.items()]
    for folder in folders:
        entries += _of_assembly(folder, system, stage)
    return show(of_controls(entries, controls), as_json)


def of_controls(entries: Sequence[Entry], controls: Collection[str]) -> Sequence[Entry]:
    """Return the verdicts of these controls, or of all if none is named; UserError for one that judged nothing."""
    if not controls:
        return entries
    judged = {control["id"] for entry in entries for control in entry.result["controls"]}
    unknown = sorted(set(controls) - judged)
    if unknown:
        systems = " and ".join(sorted({entry.system for entry in entries}))
        raise UserError(f"no policy of {systems} judges {unknown[0]} here: name a control of policies/controls")
    return [
        replace(entry, result={**entry.result, "controls": chosen, "notes": []})
        for entry in entries
        if (chosen := [control for control in entry.result["controls"] if control["id"] in controls])
    ]


def _alone(name: str, document: Mapping[str, Any], wanted: str | None, stage: str | None) -> Entry:
    system = _system(name, Template(document), wanted)
    controls, notes = policies.judge(document, system, stage), policies.notes(document, system)
    if _has_parts(system) and any(control["findings"] for control in controls):
        print(f"{name} is judged alone, and a stage of {system} has several: add them and --together", file=sys.stderr)
    return Entry(system, name, {"template": name, "controls": controls, "notes": notes})


def _has_parts(system: str) -> bool:
    """Return whether a stage of the system has several templates; a catalogue elsewhere may be of no known system."""
    return any(known.parts for known in SYSTEMS if known.name == system)


def _together(documents: Documents, wanted: str | None, stage: str | None, others: Documents | None = None) -> Entry:
    """Return the verdicts on templates of one stage; raise UserError where one belongs to another stage or system.

    `others` are those of other stages of the same assembly, with which they share the account.
    """
    names = ", ".join(documents)
    templates = {name: Template(document) for name, document in documents.items()}
    try:
        refuse_difference("system", {name: found for name, one in templates.items() if (found := _own_system(one))})
        if stage is None:
            refuse_difference("stage", {name: found for name, one in templates.items() if (found := stage_of(one))})
    except NotTogether as error:
        raise UserError(str(error)) from None
    system = _system(names, Template(joined(documents).document), wanted)
    whole = beside(joined(documents, system), others or {})
    controls, notes = policies.judge_together(whole, system, stage), policies.notes_together(whole, system)
    return Entry(system, names, {"templates": list(documents), "controls": controls, "notes": notes})


def _of_assembly(folder: Path, wanted: str | None, stage: str | None) -> Iterator[Entry]:
    """Yield the verdicts on each system and stage of an assembly, or on the named ones; UserError without any."""
    try:
        found = assembly(folder, wanted)
    except Unreadable as error:
        raise UserError(f"{folder} {error}") from None
    chosen = {
        key: documents
        for key, documents in found.stages.items()
        if wanted in (None, key[0]) and (stage in (None, key[1]) or not key[1])
    }
    if not chosen:
        of = " ".join(filter(None, (wanted, stage))) or "a system with controls"
        raise UserError(f"{folder} has no template of {of}: name a cloud assembly that has, such as build/cdk.out")
    for file in found.left_out:
        print(f"left out: {file} has no controls of its own; cfn-lint and checkov judge it", file=sys.stderr)
    for (system, own), documents in chosen.items():
        named, others = (
            {str(file): one for file, one in some.items()} for some in (documents, found.others_of(documents))
        )
        yield _together(named, system, stage or own or None, others)


def _own_system(template: Template) -> str:
    try:
        return system_of(template)
    except NoSystem:
        return template.system


def _system(name: str, template: Template, wanted: str | None) -> str:
    """Return the system whose controls a template must meet; raise UserError if it cannot be resolved."""
    try:
        return system_of(template, wanted)
    except NoSystem as error:
        option = f"--system {' or '.join(catalogue.systems())}"
        more = "leave out --system" if wanted else f"or name the system whose controls it must meet: {option}"
        raise UserError(f"{name}: {error}{': ' if wanted else ', '}{more}") from None


def show(entries: Sequence[Entry], as_json: bool) -> int:
    """Print the verdicts on templates, or on stages read back as templates; 0 without a finding, 1 with one."""
    if as_json:
        print(json.dumps([entry.result for entry in entries], indent=1))
    else:
        print("\n".join(line for entry in entries for line in _text(entry)))
    return int(any(control["findings"] for entry in entries for control in entry.result["controls"]))


def _text(entry: Entry) -> Iterator[str]:
    controls, notes = entry.result["controls"], entry.result["notes"]
    failed = [control for control in controls if control["findings"]]
    for control in failed:
        yield f"{control['id']}  failed"
        several = len(policies.load(entry.system)[control["id"]].policies) > 1
        for finding in control["findings"]:
            yield f"  {' '.join(part for part in (finding['resource'], finding['path']) if part)}"
            yield from _lines(finding, "template" if "template" in finding else "", "found", "wanted")
            yield from _lines(finding, "policy" if several else "", "fix" if finding["fix"] else "")
    for note in notes:
        yield f"note  {note['resource']}  {note['type']}"
        yield from _lines(note, "template" if "template" in note else "")
        yield f"    {note['text']}"
    count = sum(len(control["findings"]) for control in failed)
    proved = len(controls) - len(failed)
    noted = f", {counted(len(notes), 'note')}" if notes else ""
    yield (
        f"{entry.name}: {counted(proved, 'control')} proved, {len(failed)} failed, {counted(count, 'finding')}{noted}"
    )


def _lines(item: Mapping[str, str], *keys: str) -> Iterator[str]:
    labels = {"template": "in"}
    return (f"    {labels.get(key, key):<8}{item[key]}" for key in keys if key)
