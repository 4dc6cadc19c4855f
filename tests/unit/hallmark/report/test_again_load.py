"""A load run is judged again from its samples, its table of objectives, and their bounds."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hallmark.evidence import Evidence, Proof
from hallmark.evidence.load_result import LoadResult
from hallmark.load import slo
from hallmark.load.plan import Terms, slots
from hallmark.load.run_file import RunFile, Sample
from hallmark.load.series import phase_results, seconds
from hallmark.report.again import load as again
from hallmark.systems.wing import load_of
from infra.systems import NAMES

SYSTEM = "realtime"
FILE = "build/load/judged/realtime-steady.json"
Change = Callable[[Evidence], Evidence]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFile:
    """A run of some seconds, each answer a little slower than the one before."""
    monkeypatch.setattr(again, "ROOT", tmp_path)
    terms = Terms(SYSTEM, "steady", "embedded", "2025-11-21T12:00:00Z", rate=20, seconds=3)
    number = len(slots(terms.load(), terms.stage_key, load_of(SYSTEM).kinds))
    samples = tuple(Sample(index, 10_000 + 100 * index, 202) for index in range(number))
    made = RunFile(terms, "embedded", "dev", "2025-11-21T12:00:00Z", 1, 1, samples)
    made.write(tmp_path / FILE)
    return made


@pytest.fixture
def evidence(run: RunFile) -> Evidence:
    """The gate's evidence of it; what takes a stage was not measured, so its objectives are missed."""
    own = load_of(SYSTEM).measures
    outcome = again.outcome_of(run, load_of(SYSTEM))
    judged = tuple(slo.judge(outcome, slo.load(SYSTEM, "steady", "embedded", own), own))
    texts = dict.fromkeys(("about", "machine", "fidelity", "started"), "")
    counts: dict[str, Any] = {"rate": 20.0, "seconds": 3.0, "users": 1, "generators": 1}
    empty: dict[str, Any] = {"histogram": (), "ledger": {}, "floor": {}, "usage": {}}
    where = {"system": SYSTEM, "scenario": "steady", "target": "embedded", "stage": "dev"}
    seen: dict[str, Any] = {"phases": tuple(phase_results(outcome)), "series": tuple(seconds(outcome))}
    result = LoadResult(**texts, **counts, **empty, **where, **seen, objectives=judged)
    proofs = tuple(
        Proof(name, "load", "passed" if all(j.passed for j in judged if j.control == name) else "failed", "x", "")
        for name in dict.fromkeys(one.control for one in judged)
    )
    base = Evidence("load", "passed", 1.0, "2025-11-21T12:00:00Z", "a" * 40, {}, "embedded", system=SYSTEM)
    return replace(base, proofs=proofs, load=result, artifacts={FILE: ""})


@pytest.mark.parametrize("system", NAMES)
def test_a_run_of_every_system_is_judged_without_its_stage(system: str) -> None:
    terms = Terms(system, "steady", "embedded", "2025-11-21T12:00:00Z", seconds=3)
    load = load_of(system)
    planned = slots(terms.load(), terms.stage_key, load.kinds)
    samples = tuple(Sample(index, 10_000, load.kinds.accepted) for index in range(len(planned)))
    outcome = again.outcome_of(RunFile(terms, "embedded", "dev", terms.begin, 1, 1, samples), load)
    assert all(phase.percentiles["max"] for phase in phase_results(outcome))


def _load(**changes: Any) -> Change:
    def change(evidence: Evidence) -> Evidence:
        assert evidence.load
        return replace(evidence, load=replace(evidence.load, **changes))

    return change


def _objective(measure: str, **changes: Any) -> Change:
    def change(evidence: Evidence) -> Evidence:
        assert evidence.load
        made = (replace(one, **changes) if one.measure == measure else one for one in evidence.load.objectives)
        return _load(objectives=tuple(made))(evidence)

    return change


def _dropped(evidence: Evidence) -> Evidence:
    assert evidence.load
    return _load(objectives=evidence.load.objectives[1:])(evidence)


def _slower(evidence: Evidence) -> Evidence:
    assert evidence.load
    first, *others = evidence.load.phases
    return _load(phases=(replace(first, percentiles={**first.percentiles, "99": 1.0}), *others))(evidence)


def _said(evidence: Evidence) -> str | None:
    return next(again.loaded(evidence, SYSTEM), None)


def test_what_is_so_is_not_refused(evidence: Evidence) -> None:
    assert _said(evidence) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_objective("p50", found=900.0), "p50 (steady) is not what its number and its bound say"),
        (_objective("p50", found=11.0), "p50 (steady) is not what the run's samples say"),
        (_objective("p99", bound=100.0), "its objectives are not those of realtime.yaml"),
        (_objective("p50", control="RT_AUDIT"), "an objective has no proof"),
        (_objective("lost", passed=True), "lost (steady) is not what its number and its bound say"),
        (_dropped, "its objectives are not those of realtime.yaml"),
        (_slower, "its answers and latencies are not those of the run's samples"),
        (_load(series=()), "its answers and latencies are not those of the run's samples"),
        (_load(stage="prod"), f"{FILE} is of another run"),
        (lambda e: replace(e, artifacts={}), "it does not name the samples of its run"),
        (
            lambda e: replace(e, proofs=(*e.proofs, Proof("RT_AUDIT", "load", "passed", "x", ""))),
            "RT_AUDIT is not what",
        ),
        (lambda e: replace(e, proofs=e.proofs[:1]), "an objective has no proof"),
    ],
)
def test_load(evidence: Evidence, change: Change, said: str) -> None:
    assert (_said(change(evidence)) or "").startswith(said)


def test_other_samples(evidence: Evidence, run: RunFile, tmp_path: Path) -> None:
    replace(run, samples=run.samples[1:]).write(tmp_path / FILE)
    assert _said(evidence) == "its answers and latencies are not those of the run's samples"
