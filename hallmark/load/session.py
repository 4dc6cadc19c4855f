"""A whole load test: the generator's capacity, the floor, the scenario, the reconciliation, the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hallmark import fidelity
from hallmark.evidence.load_result import LoadResult
from hallmark.load import scenario, slo
from hallmark.load.account import Account
from hallmark.load.floor import floor_beside
from hallmark.load.floor_run import Floor, floor_from, measure_floor
from hallmark.load.generator import Settings, generate
from hallmark.load.generator_capacity import SCENARIO as HEADROOM
from hallmark.load.generator_capacity import generator_capacity
from hallmark.load.latencies import Latencies
from hallmark.load.load import Load
from hallmark.load.machine import machine
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import arrivals
from hallmark.load.run_file import RunFile
from hallmark.load.series import phase_results, seconds
from hallmark.progress import Callback
from hallmark.stage.deployed import DeployedStage
from hallmark.systems.wing import load_of
from infra.errors import UserError


@dataclass(frozen=True)
class Judgement:
    """A judged run: the result for the evidence, and the outcome."""

    result: LoadResult
    outcome: RunOutcome


def run(stage: DeployedStage, name: str, settings: Settings, drain_buffer: bool, progress: Callback) -> Judgement:
    """Run a scenario and judge it; with a floor, at its share of the floor's rate if that is lower."""
    floor = None
    notes: list[str] = []
    load = load_of(stage.system)
    wanted = scenario.load(stage.system, name)
    if wanted.floor:
        if HEADROOM in scenario.names(stage.system):
            spare = generator_capacity(stage, load, settings.processes, progress)
            notes.append(f"the generator alone gets {spare:.0f} requests a second answered by a no-op server")
        with floor_beside(stage, load) as beside:
            rate = settings.rate or wanted.main.rate_at(_key(stage))
            floor = measure_floor(beside, load, rate, settings.processes, progress)
        notes += floor.notes
        settings = replace(settings, rate=floor.rate)
    with load.observing(stage):
        before = stage.usage()
        made = generate(stage, name, settings, progress)
        return judge(
            stage, made, drain_buffer, progress, load=load, floor=floor, usage_before=before, notes=tuple(notes)
        )


def judge(
    stage: DeployedStage,
    made: RunFile,
    drain_buffer: bool,
    progress: Callback,
    *,
    load: Load | None = None,
    floor: Floor | None = None,
    usage_before: Mapping[str, float] | None = None,
    notes: tuple[str, ...] = (),
) -> Judgement:
    """Wait until the pipeline is quiet, reconcile every item of a run, and judge it by its objectives.

    What was measured during the run, and what can be counted only once, is in the run's account: judging again gives
    the same. `load` is the one that observed the run, by default none did.
    """
    load, account = load or load_of(stage.system), Account(made)
    planned = arrivals(made.terms, load.kinds, load.mix(stage))
    reconciled = load.reconcile(stage, made, planned, drain_buffer, account, progress)
    floor = floor_from(account.first("floor", floor.to_dict() if floor else None))
    measured: dict[str, float] = account.first("usage", _spent(usage_before, stage.usage()))
    notes = tuple(account.first("notes", list(notes)))
    outcome = RunOutcome(made, planned, load.kinds, reconciled, floor.latencies if floor else None, measured)
    rows = slo.load(stage.system, made.terms.scenario, made.terms.stage_key, load.measures)
    tuned = made.terms.load()
    result = LoadResult(
        system=stage.system,
        scenario=tuned.name,
        about=tuned.about,
        target=made.target,
        stage=made.stage,
        started=made.started,
        rate=tuned.main.rate_at(made.terms.stage_key),
        seconds=tuned.main.seconds,
        users=made.users,
        generators=made.generators,
        machine=account.first("machine", machine()),
        fidelity=fidelity.of_control(rows[0].control) or "" if made.target == "embedded" else "native",
        phases=tuple(phase_results(outcome)),
        objectives=tuple(slo.judge(outcome, rows, load.measures, load.arithmetic)),
        series=tuple(seconds(outcome)),
        histogram=tuple(_counted(outcome).bins()),
        ledger=_ledger(outcome),
        floor=floor.numbers if floor else {},
        usage=measured,
        notes=(*notes, *reconciled.notes),
    )
    account.close(result, tuple(dict.fromkeys(line.place for line in reconciled.ledger.lines if line.judged)))
    return Judgement(result, outcome)


def _key(stage: DeployedStage) -> str:
    return scenario.stage_key(stage.target, stage.name)


def _counted(outcome: RunOutcome) -> Latencies:
    counted = [phase.name for phase in outcome.run.terms.load().phases if phase.counted]
    return Latencies(sample.latency for phase in counted for _, sample in outcome.timed(phase))


def _ledger(outcome: RunOutcome) -> dict[str, int]:
    assert outcome.reconciliation is not None
    ledger = outcome.reconciliation.ledger
    counts = {name: int(getattr(ledger, name)) for name in ("sent", "accepted", "failed")}
    waiting = sum(one.messages for one in ledger.waiting)
    return {**counts, "lost": len(ledger.lost), "waiting": waiting, **outcome.reconciliation.figures}


def require(stage: DeployedStage, made: RunFile) -> None:
    """Raise UserError unless the stage is the one that a run was made on."""
    if not made.stack:
        raise UserError("the run was made by an earlier version, which noted no stage")
    if made.stack != stage.incarnation:
        raise UserError(f"stage {stage.name} was deployed anew since this run and has nothing of it")


def kept(made: RunFile, reason: UserError) -> LoadResult:
    """Return the latest result of a run whose stage is gone, with what cannot be checked again; else raise `reason`."""
    account = Account(made)
    if account.result is None:
        raise UserError(f"{reason}; the run was never judged, so there is no account of it") from None
    why, places = str(reason).partition(":")[0], ", ".join(account.places)
    note = f"the run's stage cannot be read ({why}), so this is the last result of its account; not checked again: "
    return replace(account.result, notes=(*account.result.notes, note + places))


def _spent(before: Mapping[str, float] | None, after: Mapping[str, float] | None) -> dict[str, float]:
    if before is None or after is None:
        return {}
    return {name: round(after[name] - before.get(name, 0), 3) for name in after if after[name] != before.get(name, 0)}
