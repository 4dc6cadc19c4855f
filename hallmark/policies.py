"""The policies without checkov: loaded so that none can be missing, and put to any template."""

import importlib.util
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from hallmark import catalogue
from hallmark.project import ROOT
from infra.errors import UserError
from policies.engine.policy import Policy
from policies.engine.reading.json_reader import Unreadable
from policies.engine.reading.reader import read_template
from policies.engine.template.template import Template

CHECKS = ROOT / "policies" / "checks"


DEFAULT_SYSTEM = "realtime"
Verdict = dict[str, Any]


@cache
def load(system: str, folder: Path = CHECKS) -> dict[str, Policy]:
    """Control id -> policy; raises UserError unless files and controls that ask for a template proof are the same."""
    wanted = _asking(system)
    known = wanted.union(*map(_asking, catalogue.systems()))
    files = {file.stem.upper(): file for file in sorted(folder.glob("*.py")) if file.stem != "__init__"}
    strangers = sorted(files.keys() - known)
    if strangers:
        raise UserError(f"{files[strangers[0]].name}: no control {strangers[0]} asks for a template proof")
    missing = sorted(wanted - set(files))
    if missing:
        raise UserError(
            f"{missing[0]} asks for a template proof, but policies/checks/{missing[0].lower()}.py is missing"
        )
    return {name: _load_file(files[name], name) for name in sorted(wanted)}


def _asking(system: str) -> set[str]:
    return {control.id for control in catalogue.load(system).controls if control.asks_for("template")}


def _load_file(file: Path, control_id: str) -> Policy:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        raise UserError(f"{file.name} does not load: {problem}") from None
    check = getattr(module, "check", None)
    if not isinstance(check, Policy) or check.id != control_id:
        raise UserError(f"{file.name}: wants to end with `check =` an instance of its own Policy")
    return check


def read(file: Path) -> dict[str, Any]:
    """The template in a file; raises UserError in one line if it is none."""
    try:
        return read_template(file)
    except Unreadable as error:
        raise UserError(f"{file}: {' '.join(str(error).split())}") from None


def judge(document: dict[str, Any], system: str, stage: str | None = None) -> list[Verdict]:
    """The verdict of every policy of a system; the stage is the template's own unless it is named."""
    template = Template(document)
    return [_verdict(name, policy, template, stage) for name, policy in load(system).items()]


def _verdict(name: str, policy: Policy, template: Template, stage: str | None) -> Verdict:
    keys = ("resource", "path", "found", "wanted", "fix")
    findings = [{key: getattr(finding, key) for key in keys} for finding in policy.findings(template, stage)]
    return {"id": name, "verdict": "failed" if findings else "proved", "findings": findings}


def template_of(document: dict[str, Any]) -> Template:
    """A template as the policies read it: names, ARNs and references resolved."""
    return Template(document)


def system_of(document: dict[str, Any]) -> str:
    """The system that a template's metadata names, or the first of ours."""
    return Template(document).system or DEFAULT_SYSTEM


def _system_with_controls(name: str, document: dict[str, Any]) -> str:
    """The template's system; raises UserError if it has no controls, for another system's would say nothing of it."""
    system, known = system_of(document), catalogue.systems()
    if system not in known:
        raise UserError(
            f"{name}: its system, {system}, has no controls of its own; cfn-lint and checkov judge it. "
            f"Leave it out, or name the system whose controls it must meet: --system {' or '.join(known)}"
        )
    return system


def policy_command(files: list[Path], system: str | None, stage: str | None, as_json: bool) -> int:
    """Print the verdicts on templates; 0 without a finding, 1 with one."""
    documents = {str(file): read(file) for file in files}
    judges = {name: system or _system_with_controls(name, document) for name, document in documents.items()}
    results: list[Verdict] = [
        {"template": name, "controls": judge(document, judges[name], stage)} for name, document in documents.items()
    ]
    if as_json:
        print(json.dumps(results, indent=1))
    else:
        print("\n".join(line for result in results for line in _text(result)))
    return int(any(control["findings"] for result in results for control in result["controls"]))


def _text(result: dict[str, Any]) -> list[str]:
    controls = result["controls"]
    failed = [control for control in controls if control["findings"]]
    lines = []
    for control in failed:
        lines.append(f"{control['id']}  failed")
        for finding in control["findings"]:
            where = " ".join(part for part in (finding["resource"], finding["path"]) if part)
            lines += [f"  {where}", f"    found   {finding['found']}", f"    wanted  {finding['wanted']}"]
            lines += [f"    fix     {finding['fix']}"] if finding["fix"] else []
    count = sum(len(control["findings"]) for control in failed)
    proved = len(controls) - len(failed)
    return [*lines, f"{result['template']}: {proved} controls proved, {len(failed)} failed, {count} findings"]
