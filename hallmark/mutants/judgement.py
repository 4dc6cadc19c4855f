"""The judgement of mutants: every policy must report what breaks its control, exactly that, and nothing before."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hallmark import catalogue, policies, waivers
from hallmark.mutants.catalogue import Mutant, Shared, load
from hallmark.mutants.edits import Edit, NothingThereError, edits
from hallmark.mutants.processes import MOST, every
from hallmark.synthesized import templates
from hallmark.together import of_stage
from infra.errors import UserError
from policies.engine.catalogue import CONTROLS
from policies.engine.finding import Finding
from policies.engine.judgement import Judgement
from policies.engine.systems import placed
from policies.engine.template.template import Template

Document = dict[str, Any]


@dataclass(frozen=True)
class Survivor:
    """A mutant that its policy did not report, or not exactly; `edit` says what was done where.

    `policy` is the one whose report counts; for a control's own mutant, all of the control's.
    """

    control: str
    policy: str
    stage: str
    edit: str
    reported: tuple[str, ...]
    wanted: tuple[str, ...]

    def __str__(self) -> str:
        reported, wanted = (", ".join(names) or "nothing" for names in (self.reported, self.wanted))
        return f"{self.control} ({self.policy}) [{self.stage}] {self.edit}: reported {reported}, wanted {wanted}"


@dataclass
class Result:
    """The number of mutants, the survivors, and the seconds it took."""

    total: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def killed(self) -> int:
        return self.total - sum(1 for survivor in self.survivors if survivor.wanted)


def document_of(system: str, stage: str) -> Document:
    """Return a system's synthesized templates of a stage as one document."""
    return of_stage(templates(system, stage)).document


def run(system: str, only: set[str] | None = None, folder: Path = CONTROLS, processes: int = 1) -> Result:
    """Judge every mutant of every control in both stages; `only` restricts it to some controls.

    UserError for a policy of a control without a mutant that it reports, for an exclusion that is not needed, and for a
    mutant that finds nothing to edit (a card's: in no system).
    """
    started = time.perf_counter()
    trial, mutants = Trial(_documents(system, folder)), load(system, folder)
    judges = {name: judge for name, judge in policies.load(system, folder).items() if only is None or name in only}

    def of_control(control: str) -> Trial:
        own = Trial(trial.documents, bodies=trial.bodies)
        own.of_control(judges[control], mutants.get(control, ()))
        return Trial({}, own.result, own.made)

    # What takes longest comes first: whoever begins it last keeps all others waiting.
    found = every(of_control, sorted(judges, key=lambda name: -len(mutants.get(name, ()))), processes)
    for control in judges:
        trial.add(found[control])
    idle = {where for where, made in trial.made.items() if not made}
    if idle and (dead := sorted(idle - _made_elsewhere(idle, system, folder))):
        raise UserError(f"{dead[0]}: the mutant finds nothing to edit in the templates of any system")
    trial.result.seconds = time.perf_counter() - started
    return trial.result


def count(system: str, folder: Path = CONTROLS) -> int:
    """Return how many mutants `run` would judge, without judging them."""
    trial, mutants = Trial(_documents(system, folder)), load(system, folder)
    total = 0
    for control, judge in policies.load(system, folder).items():
        waived = {stage: trial.waived(judge, stage) for stage in trial.documents}
        made = (_edits(one, trial.documents, trial.bodies) for one in mutants.get(control, ()) if not _excluded(one))
        total += sum(not waived[stage].issuperset(edit.wanted) for edits in made for stage, edit in edits)
    return total


def _documents(system: str, folder: Path) -> dict[str, Document]:
    stages = catalogue.load(system, folder).stages
    return {stage: placed(document_of(system, stage), system, folder) for stage in stages}


def _made_elsewhere(idle: set[str], system: str, folder: Path) -> set[str]:
    """Return the places of the cards' mutants that find something to edit in another system's templates."""
    found: set[str] = set()
    for other in (name for name in catalogue.systems(folder) if name != system):
        mutants, documents = load(other, folder), _documents(other, folder)
        for mutant in (mutant for ones in mutants.values() for mutant in ones):
            if isinstance(mutant, Shared) and mutant.where in idle - found and not mutant.excluded:
                found.update([mutant.where] if any(True for _ in _edits(mutant, documents, {})) else ())
    return found


@dataclass
class Trial:
    """The trial of one system's mutants: `made` says of the cards', by place, whether they find anything to edit."""

    documents: dict[str, Document]
    result: Result = field(default_factory=Result)
    made: dict[str, bool] = field(default_factory=dict)
    bodies: dict[Any, Any] = field(default_factory=dict)

    def add(self, other: "Trial") -> None:
        """Add what another trial found."""
        self.result.total += other.result.total
        self.result.survivors += other.result.survivors
        self.made |= {where: made or self.made.get(where, False) for where, made in other.made.items()}

    def of_control(self, judge: Judgement, mutants: Sequence[Mutant]) -> None:
        """Judge the unedited templates, then each mutant."""
        control, before = judge.control.id, len(self.result.survivors)
        if not mutants:
            raise UserError(f"{control} has a policy but no mutants: nothing shows that it can fail")
        waived = {stage: self.waived(judge, stage) for stage in self.documents}
        reporting: set[str] = set()
        for mutant in mutants:
            outcomes = list(self._outcomes(_whose(judge, mutant), mutant, waived))
            survivors = [one for one in outcomes if isinstance(one, Survivor)]
            if _excluded(mutant):
                if not survivors:
                    raise UserError(
                        f"{control} excludes the mutant {mutant.name!r}, which does not survive: delete that"
                    )
                continue
            self.result.total += len(outcomes)
            self.result.survivors += survivors
            reporting.update(*(one for one in outcomes if not isinstance(one, Survivor)))
        idle = sorted({use.policy for use, _ in judge.policies} - reporting)
        if idle and len(self.result.survivors) == before:
            raise UserError(f"{control}: no mutant is reported by {idle[0]}: nothing shows that it can fail")

    def _outcomes(
        self, judge: Judgement, mutant: Mutant, waived: Mapping[str, frozenset[str]]
    ) -> Iterator[Survivor | frozenset[str]]:
        """Yield, for each edit of a mutant, the policies that reported it, or that it survived."""
        control, made = judge.control.id, list(_edits(mutant, self.documents, self.bodies))
        if isinstance(mutant, Shared):
            # One line may be a mutant for each stage and each control that uses the policy.
            self.made[mutant.where] = self.made.get(mutant.where, False) or bool(made)
        elif not made:
            raise UserError(f"{control}: the mutant {mutant.name!r} finds nothing to edit in any template")
        for stage, edit in made:
            if not edit.wanted:
                raise UserError(f"{control}: the mutant {edit.done} asks for no report: it shows nothing")
            if waived[stage].issuperset(edit.wanted):
                continue  # what is reported anyway shows nothing
            found = self._found(judge, edit.document, stage)
            reported = {finding.resource for finding in found}
            if reported - waived[stage] == {*edit.wanted} - waived[stage]:
                yield frozenset(finding.policy for finding in found)
            else:
                yield Survivor(control, _named(judge), stage, edit.done, tuple(sorted(reported)), edit.wanted)

    def waived(self, judge: Judgement, stage: str) -> frozenset[str]:
        """Return the resources that violate the control under a waiver; others are survivors."""
        control, document = judge.control.id, self.documents[stage]
        found = tuple(sorted({finding.resource for finding in self._found(judge, document, stage)}))
        waived = _waived(control, found, document, stage)
        unwaived = tuple(name for name in found if name not in waived)
        if unwaived:
            self.result.survivors.append(Survivor(control, _named(judge), stage, "unedited", unwaived, ()))
        return waived

    def _found(self, judge: Judgement, document: Document, stage: str) -> list[Finding]:
        # A mutant shares all resources but one with its template; results on that one are kept apart.
        bodies = self.bodies if document is self.documents[stage] else {**self.bodies}
        return judge.findings(Template(document, bodies), stage)


def _whose(judge: Judgement, mutant: Mutant) -> Judgement:
    """Return the judgement of a mutant: by its policy alone if it is a card's."""
    if not isinstance(mutant, Shared) or len(judge.policies) == 1:
        return judge
    return replace(judge, policies=tuple(one for one in judge.policies if one[0].policy == mutant.policy))


def _named(judge: Judgement) -> str:
    return ", ".join(use.policy for use, _ in judge.policies)


def _excluded(mutant: Mutant) -> bool:
    return isinstance(mutant, Shared) and mutant.excluded is not None


def _waived(control: str, reported: Sequence[str], document: Document, stage: str) -> frozenset[str]:
    if not reported:
        return frozenset()
    known, types = waivers.load(), {name: resource.get("Type") for name, resource in document["Resources"].items()}
    return frozenset(name for name in reported if known.find("control", control, types.get(name), name, stage))


def _edits(mutant: Mutant, documents: Mapping[str, Document], bodies: dict[Any, Any]) -> Iterator[tuple[str, Edit]]:
    """Yield every edit with its stage; for a card's mutant, only those whose words the template has."""
    shared = isinstance(mutant, Shared)
    for stage in mutant.stages or documents:
        try:
            for edit in edits(mutant, documents[stage], stage, bodies):
                if edit.wanted or not shared:
                    yield stage, edit
        except NothingThereError:
            if not shared:
                raise


def show(results: Sequence[Result]) -> None:
    """Print every survivor with its edit, then the sums."""
    for survivor in (survivor for result in results for survivor in result.survivors):
        print(f"survivor: {survivor}")
    total, killed = sum(result.total for result in results), sum(result.killed for result in results)
    survivors, seconds = sum(len(result.survivors) for result in results), sum(result.seconds for result in results)
    print(f"{total} mutants, {killed} killed, {survivors} survivors, {seconds:.1f} s")


def mutants_command(system: str, only: set[str] | None = None) -> int:
    """Print mutants, killed and survivors; 0 if every mutant was killed and no clean template reported."""
    result = run(system, only, processes=MOST)
    show([result])
    return int(bool(result.survivors) or not result.total)
