"""Mutants: every policy must report what breaks its control, exactly that, and nothing before."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hallmark import catalogue, policies, waivers
from hallmark.mutants.catalogue import Mutant, load
from hallmark.mutants.edits import Edit, edits
from hallmark.project import CLOUD_ASSEMBLY
from infra.errors import UserError
from infra.systems import system_of
from policies.engine.judgement import Judgement
from policies.engine.systems import placed
from policies.engine.template.template import Template


@dataclass(frozen=True)
class Survivor:
    """A mutant that its policy did not report, or not exactly; `edit` says what was done where."""

    control: str
    stage: str
    edit: str
    reported: tuple[str, ...]
    wanted: tuple[str, ...]

    def __str__(self) -> str:
        reported, wanted = (", ".join(names) or "nothing" for names in (self.reported, self.wanted))
        return f"{self.control} [{self.stage}] {self.edit}: reported {reported}, wanted {wanted}"


@dataclass
class Result:
    """How many mutants there were, which survived, and the seconds it took."""

    total: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def killed(self) -> int:
        return self.total - sum(1 for survivor in self.survivors if survivor.wanted)


def template_file(system: str, stage: str) -> Path:
    """Where a system's synthesized template is."""
    return CLOUD_ASSEMBLY / f"{system_of(system).stack_name(stage)}.template.json"


def run(system: str, only: set[str] | None = None) -> Result:
    """Judge every mutant of every control in both stages; `only` restricts it to some controls."""
    started = time.perf_counter()
    checks = policies.load(system)
    documents: dict[str, dict[str, Any]] = {
        stage: placed(policies.read(template_file(system, stage)), system) for stage in catalogue.load(system).stages
    }
    result, bodies, mutants = Result(), dict[Any, Any](), load(system)
    for control, judge in checks.items():
        if only is None or control in only:
            _run_control(control, judge, mutants.get(control, ()), documents, bodies, result)
    result.seconds = time.perf_counter() - started
    return result


def _run_control(
    control: str,
    judge: Judgement,
    mutants: Sequence[Mutant],
    documents: dict[str, dict[str, Any]],
    bodies: dict[Any, Any],
    result: Result,
) -> None:
    if not mutants:
        raise UserError(f"{control} has a policy but no mutants: nothing shows that it can fail")
    waived: dict[str, frozenset[str]] = {}
    for stage, document in documents.items():
        clean = _reported(judge, document, stage, bodies)
        waived[stage] = _waived(control, clean, document, stage)
        unwaived = tuple(name for name in clean if name not in waived[stage])
        if unwaived:
            result.survivors.append(Survivor(control, stage, "unedited", unwaived, ()))
    for mutant in mutants:
        places = 0
        for stage, edit in _edits(mutant, documents, bodies):
            places += 1
            if not edit.wanted:
                raise UserError(f"{control}: the mutant {edit.told} asks for no report: it shows nothing")
            if waived[stage].issuperset(edit.wanted):
                continue  # what is reported anyway shows nothing
            result.total += 1
            # A mutant shares all resources but one with its template; what is worked out from that one goes with it.
            reported = _reported(judge, edit.document, stage, {**bodies})
            if {*reported} - waived[stage] != {*edit.wanted} - waived[stage]:
                result.survivors.append(Survivor(control, stage, edit.told, reported, edit.wanted))
        if not places:
            raise UserError(f"{control}: the mutant {mutant.name!r} finds nothing to edit in any template")


def _waived(control: str, reported: Sequence[str], document: dict[str, Any], stage: str) -> frozenset[str]:
    """The resources that violate the control and may."""
    if not reported:
        return frozenset()
    known, types = waivers.load(), {name: resource.get("Type") for name, resource in document["Resources"].items()}
    return frozenset(name for name in reported if known.find("control", control, types.get(name), name, stage))


def _edits(mutant: Mutant, documents: dict[str, dict[str, Any]], bodies: dict[Any, Any]) -> Iterator[tuple[str, Edit]]:
    for stage in mutant.stages or documents:
        for edit in edits(mutant, documents[stage], stage, bodies):
            yield stage, edit


def _reported(judge: Judgement, document: dict[str, Any], stage: str, bodies: dict[Any, Any]) -> tuple[str, ...]:
    return tuple(sorted({finding.resource for finding in judge.findings(Template(document, bodies), stage)}))


def show(results: Sequence[Result]) -> None:
    """Print every survivor with its edit, then the sums."""
    for survivor in (survivor for result in results for survivor in result.survivors):
        print(f"survivor: {survivor}")
    total, killed = sum(result.total for result in results), sum(result.killed for result in results)
    survivors, seconds = sum(len(result.survivors) for result in results), sum(result.seconds for result in results)
    print(f"{total} mutants, {killed} killed, {survivors} survivors, {seconds:.1f} s")


def mutants_command(system: str, only: set[str] | None = None) -> int:
    """Print mutants, killed and survivors; 0 if every mutant was killed and no clean template reported."""
    result = run(system, only)
    show([result])
    return int(bool(result.survivors) or not result.total)
