"""The templates in a bundle, judged again by the policies where those of this package are the ones that judged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hallmark.bundle import inside, manifest
from hallmark.bundle.altered import AlteredError
from hallmark.evidence import Evidence
from hallmark.evidence.inputs import listed
from hallmark.evidence.judged import Judged, judged_by_control
from hallmark.project import ROOT
from hallmark.synthesized import Synthesized, by_stage
from infra.errors import UserError
from policies.engine.assembly import main_first

Kind = Literal["template", "observed"]
Templates = Mapping[str, Synthesized]
# Gate -> what it judges.
_GATES: Mapping[str, Kind] = {"policies": "template", "observed": "observed"}
# Parts of policies/ that judge nothing.
_ASIDE = ("/mutants/", "/faults/", "/checks/", "/waivers.yaml", "/catalogues/")


@dataclass(frozen=True)
class Within(Synthesized):
    """A template in a folder that stands for the checkout."""

    root: Path = ROOT

    @property
    def label(self) -> str:
        return self.path.relative_to(self.root).as_posix()


def check(evidence: Sequence[Evidence], templates: Templates, members: Mapping[str, memoryview]) -> bool:
    """Judge again, and return whether all could be; AlteredError for evidence that says otherwise."""
    judging = [item for item in evidence if item.gate in _GATES and item.system]
    if not all(_is_ours(item, members) for item in judging):
        return False
    for item in judging:
        name = f"{inside.EVIDENCE}{item.system}/{item.gate}.json"
        try:
            problem = next(_problems(item, templates), "")
        except (UserError, OSError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            problem = f"its templates cannot be read: {' '.join(str(error).split())}"
        if problem:
            raise AlteredError(name, f"judged again, {problem}")
    return True


def _is_ours(item: Evidence, members: Mapping[str, memoryview]) -> bool:
    """Return whether the gate's policies are those of this package."""
    files = listed(str(members[f"{inside.EVIDENCE}{item.system}/{item.gate}.inputs"], "utf-8")).files
    judging = {path: digest for path, digest in files.items() if path.startswith("policies/")}
    wanted = {path: digest for path, digest in judging.items() if not any(part in path for part in _ASIDE)}
    return bool(wanted) and all(
        (ROOT / path).is_file() and _digest(ROOT / path) == digest for path, digest in wanted.items()
    )


def _digest(file: Path) -> str:
    return manifest.sha256(file.read_bytes())


def _problems(item: Evidence, templates: Templates) -> Iterator[str]:
    kind, system = _GATES[item.gate], item.system or ""
    files = {proof.artifact for proof in item.proofs}
    made = [one for label, one in templates.items() if label.startswith("build/cdk.out/")]
    if missing := sorted(files - set(templates)):
        yield f"its template {missing[0]} is not there"
        return
    if kind == "template" and item.outcome == "passed":
        files |= {one.label for one in made if one.system == system and one.stage}
    # In the gate's order: the first template of a stage has what is said of the whole.
    found = sorted((templates[file] for file in files), key=lambda one: main_first(one.path))
    again: dict[tuple[str, str], Judged] = {}
    for own in by_stage(found).values():
        for label, controls in judged_by_control(own, system, kind, made).items():
            again |= {(label, control): one for control, one in controls.items()}
    then = {(proof.artifact, proof.control): Judged(proof.findings, proof.passed) for proof in item.proofs}
    for file, control in sorted({*then, *(again if item.outcome == "passed" else ())}):
        one, other = then.get((file, control)), again.get((file, control))
        if one is None or other is None:
            yield f"{control} {'was not' if one is None else 'is not'} judged on {file}"
        elif one.findings != other.findings:
            yield f"{control} has {len(other.findings)} findings in {file}, and other ones were recorded"
        elif {**one.passed} != {**other.passed}:
            yield f"{control} passed other resources of {file} than were recorded"
