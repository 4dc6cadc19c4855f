"""The verdicts of a bundle, joined again from the evidence and the tables in it, and compared with its reports."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from pydantic import TypeAdapter

from hallmark import faults, sources, waivers
from hallmark.bundle import documents, inside, judged, manifest
from hallmark.bundle.altered import AlteredError
from hallmark.bundle.documents import Json
from hallmark.bundle.judge import judge
from hallmark.evidence import Evidence
from hallmark.evidence.expected import OF_THE_HOUSE, Asked, expected
from hallmark.report import json_report
from hallmark.report.join import Facts, join
from hallmark.report.model import Control, Report
from hallmark.revision import template_digests
from hallmark.waivers import Waivers
from infra.errors import UserError

# Texts of the tool's own tables, which another version words otherwise.
_WORDING = frozenset({"legend", "unread", "label", "limits"})
# What a report must say, whichever version made it; others of its keys are new at some time.
_CORE = frozenset({"run", "gates", "controls", "waivers", "id", "verdict", "kinds", "proofs", "findings", "outcome"})
# What a run says of itself, and no evidence does.
_STATED = ("command", "started", "repository", "branch", "version")


@dataclass(frozen=True)
class _Unpacked:
    """The files of the checkout that reports are joined from, unpacked into a folder of their own."""

    folder: Path
    systems: Sequence[str]

    @property
    def templates(self) -> dict[str, judged.Within]:
        """The templates by their paths in the checkout, those that were read back, too."""
        found = [*(self.folder / "build").glob("cdk.out/*.template.json")]
        found += (self.folder / "build").glob("observed/*.template.json")
        return {one.label: one for one in (judged.Within(path, self.folder) for path in sorted(found))}

    def waivers(self) -> Waivers:
        """Return the waivers as on the day that their bundle was made: on the first that ends, all hold."""
        file = self.folder / inside.WAIVERS
        ends = [one["expires"] for one in yaml.safe_load(file.read_text(encoding="utf-8"))["waivers"]]
        found = waivers.load(file, min((day for day in ends if isinstance(day, date)), default=None))
        here = f"{self.folder}/"
        return Waivers(tuple(replace(one, where=one.where.removeprefix(here)) for one in found.entries))


def check(
    members: Mapping[str, memoryview], about: Json, evidence: Sequence[Evidence]
) -> tuple[dict[str, Report], bool]:
    """Return the reports by their systems, and whether templates were judged again, too.

    AlteredError for the first judgement or verdict that does not follow.
    """
    wanted = ("build/cdk.out/", "build/observed/", "policies/")
    with TemporaryDirectory() as made:
        for name, content in members.items():
            path = name.removeprefix(inside.CHECKOUT)
            # The container has refused every name that leads elsewhere.
            if path != name and path.startswith(wanted):
                file = Path(made).resolve() / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        unpacked = _Unpacked(Path(made).resolve(), about["systems"])
        whole = {system: _check_system(system, members, about, evidence, unpacked) for system in unpacked.systems}
        return whole, judged.check(evidence, unpacked.templates, members)


def _check_system(
    system: str, members: Mapping[str, memoryview], about: Json, evidence: Sequence[Evidence], unpacked: _Unpacked
) -> Report:
    name = inside.report_of(system)
    for one in (name, inside.controls_of(system)):
        if one not in members:
            raise AlteredError(one, "it is gone")
    said = documents.parsed(name, members[name])
    controls = _controls(system, members, unpacked)
    try:
        report = _joined(system, said, controls, about, evidence, unpacked)
    except (UserError, OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise AlteredError(name, f"the evidence inside cannot be joined again: {reason}") from None
    again, ours = json.loads(json_report.render(report)), judge()
    if where := _difference(said, again, "", about["judge"] == ours):
        other = f"; hallmark {about['judge'].get('hallmark')} made it" if about["judge"] != ours else ""
        raise AlteredError(name, f"its {where} does not follow from the evidence inside{other}")
    if about["outcomes"].get(system) != report.outcome:
        raise AlteredError(manifest.NAME, f"it says another outcome of {system} than follows from the evidence inside")
    return report


def _joined(
    system: str,
    said: Json,
    controls: Sequence[Control],
    about: Json,
    evidence: Sequence[Evidence],
    unpacked: _Unpacked,
) -> Report:
    templates = unpacked.templates
    made = {label: one for label, one in templates.items() if label.startswith("build/cdk.out/")}
    generated = datetime.fromisoformat(about["made"])
    facts = Facts(
        system,
        _commit(about),
        template_digests(system, unpacked.folder / "build/cdk.out"),
        frozenset(one.stage for one in made.values() if one.stage and one.system == system),
        about["made"],
        generated.date(),
        _catalogue(system, unpacked).get("requirements"),
        frozenset(label for label, one in made.items() if one.system in unpacked.systems and one.system != system),
        about["evidence"],
    )

    def type_of(artifact: str, resource: str) -> str | None:
        return templates[artifact].type_of(resource) if artifact in templates else None

    asked = [Asked(control.id, one.kind) for control in controls for one in control.asked]
    gates, table = (*OF_THE_HOUSE, *expected(asked)), faults.load(system, unpacked.folder / "policies/faults")
    concerned = [one for one in evidence if one.system in (None, system)]
    plain = join(facts, controls, concerned, unpacked.waivers(), type_of, gates, table)
    stated: dict[str, Any] = {key: str(said["run"].get(key, "")) for key in _STATED}
    made_by = sources.load(unpacked.folder / "build/cdk.out")
    return replace(plain, run=replace(plain.run, **stated), sources=made_by)


def _commit(about: Json) -> str:
    changes = f" dirty:{about['uncommitted']}" if about["uncommitted"] else ""
    return f"{about['revision']}{changes}"


def _catalogue(system: str, unpacked: _Unpacked) -> Json:
    found = yaml.safe_load((unpacked.folder / f"policies/controls/{system}.yaml").read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def _controls(system: str, members: Mapping[str, memoryview], unpacked: _Unpacked) -> Sequence[Control]:
    """Return the controls as they were joined; they ask for the proofs that the catalogue beside them says."""
    name = inside.controls_of(system)
    try:
        found = TypeAdapter(list[Control]).validate_python(documents.read(name, members[name])["controls"])
        rows = _catalogue(system, unpacked)["controls"]
        asked = [(row["id"], [one if isinstance(one, str) else one["kind"] for one in row["proofs"]]) for row in rows]
    except (OSError, LookupError, TypeError, ValueError, RecursionError, yaml.YAMLError):
        raise AlteredError(name, "it cannot be read beside the catalogue") from None
    if asked != [(control.id, [one.kind for one in control.asked]) for control in found]:
        raise AlteredError(name, "its controls are not those of the catalogue, or ask for other proofs")
    return found


def _difference(said: Any, again: Any, where: str, whole: bool) -> str:
    """Return the place of the first value that differs, in words; empty where none does.

    Where another version made what is said, it may lack keys, but for the core.
    """
    if isinstance(said, dict) and isinstance(again, dict):
        own = f"{where}, " if where else ""
        label = said.get("id") or said.get("name")
        own = f"{own}{label}, " if isinstance(label, str) else own
        keys = [key for key in {**said, **again} if key not in _WORDING and (whole or key in said or key in _CORE)]
        missing = (f"{own}{key}" for key in keys if key not in said or key not in again)
        pairs = ((key, said[key], again[key]) for key in keys if key in said and key in again)
        found = (_difference(one, other, f"{own}{key}", whole) for key, one, other in pairs)
        return next(filter(None, found), "") or next(missing, "")
    if isinstance(said, list) and isinstance(again, list):
        if len(said) != len(again):
            return f"number of {where}"
        pairs_of = zip(said, again, strict=True)
        return next(filter(None, (_difference(one, other, where, whole) for one, other in pairs_of)), "")
    return "" if (type(said), said) == (type(again), again) else where
