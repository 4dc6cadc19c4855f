"""A load run beside its samples, its objectives beside their table and their bounds."""

from collections.abc import Iterator
from dataclasses import dataclass

from hallmark.evidence import Evidence
from hallmark.evidence.load_result import LoadResult
from hallmark.load import run_file, slo
from hallmark.load.load import Load
from hallmark.load.measures import MEASURES
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import Arrival, arrivals, slots
from hallmark.load.run_file import RunFile
from hallmark.load.series import phase_results, seconds
from hallmark.project import ROOT
from hallmark.systems.wing import load_of

# Known only while the stage and the floor are there.
NOT_IN_SAMPLES = ("lost", "ledger differences", "p50 over floor", "p99 over floor")


@dataclass(frozen=True)
class _Unknown:
    """An item of which only its place in the plan matters."""

    id: str = ""
    lane: str = ""


def loaded(evidence: Evidence, system: str) -> Iterator[str]:
    """Compare objectives with their table and bounds, proofs with objectives, and figures with the run's samples."""
    load = evidence.load
    assert load is not None
    yield from _bounds(load)
    for proof in evidence.proofs:
        mine = [judged.passed for judged in load.objectives if judged.control == proof.control]
        if not mine or all(mine) != (proof.outcome == "passed"):
            yield f"{proof.control} is not what its objectives say"
    if {judged.control for judged in load.objectives} - {proof.control for proof in evidence.proofs}:
        yield "an objective has no proof"
    files = [path for path in evidence.artifacts if path.startswith("build/load/")]
    if len(files) != 1:
        yield "it does not name the samples of its run"
        return
    run = run_file.read(ROOT / files[0])
    if (run.terms.system, run.terms.scenario, run.target, run.stage) != (
        *(system, load.scenario, load.target, load.stage),
    ):
        yield f"{files[0]} is of another run"
    yield from _objectives(load, run)
    yield from _figures(load, outcome_of(run, load_of(system)))


def _bounds(load: LoadResult) -> Iterator[str]:
    for judged in load.objectives:
        met = judged.found is not None and (
            judged.found <= judged.bound if judged.at_most else judged.found >= judged.bound
        )
        if met != judged.passed and judged.found != judged.bound:
            yield f"{judged.measure} ({judged.phase}) is not what its number and its bound say"


def _objectives(load: LoadResult, run: RunFile) -> Iterator[str]:
    """Compare the objectives with the table of today."""
    key = run.terms.stage_key
    rows = slo.load(load.system, load.scenario, key, load_of(load.system).measures)
    wanted = {(r.control, r.title, r.phase, slo.at(r.at_most or r.at_least, key), bool(r.at_most)) for r in rows}
    judged = [(one.control, one.measure, one.phase, one.bound, one.at_most) for one in load.objectives]
    if set(judged) != wanted or len(judged) != len(rows):
        yield f"its objectives are not those of {slo.file_of(load.system).name}"


def _figures(load: LoadResult, outcome: RunOutcome) -> Iterator[str]:
    """Compare what follows from the samples alone."""
    if tuple(phase_results(outcome)) != load.phases or tuple(seconds(outcome)) != load.series:
        yield "its answers and latencies are not those of the run's samples"
    for judged in load.objectives:
        if judged.measure in MEASURES and judged.measure not in NOT_IN_SAMPLES:
            found = MEASURES[judged.measure][0](outcome, judged.phase)
            if (None if found is None else round(found, 3)) != judged.found:
                yield f"{judged.measure} ({judged.phase}) is not what the run's samples say"


def outcome_of(run: RunFile, load: Load) -> RunOutcome:
    """Return a run with its plan: with its items where they decide what counts, else they could take a stage."""
    if mix := load.mix_again():
        return RunOutcome(run, arrivals(run.terms, load.kinds, mix), load.kinds)
    planned = slots(run.terms.load(), run.terms.stage_key, load.kinds)
    unknown = [Arrival(index, one.due, one.phase, one.kind, _Unknown()) for index, one in enumerate(planned)]
    return RunOutcome(run, unknown, load.kinds)
