"""The gate load: `python -m hallmark.gates.load SCENARIO` runs a scenario on deployed stages and judges it.

The objectives are in load/slo/<system>.yaml. Gate `load` is the scenario `steady`; the others have their own names.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hallmark import fidelity
from hallmark.evidence import Evidence, Finding, Proof, expected, keeping
from hallmark.evidence.ledgers import place_of
from hallmark.evidence.load_result import Judged, LoadResult
from hallmark.evidence.recorder import Recorder
from hallmark.gates.running.command import bring_up
from hallmark.gates.running.systems import add_system, each_system, exit_code
from hallmark.load import slo
from hallmark.load.generator import Settings
from hallmark.load.render import render
from hallmark.load.run_file import RUNS
from hallmark.load.scenario import load as scenario_of
from hallmark.load.scenario import names, path_of
from hallmark.load.session import run
from hallmark.project import ROOT
from hallmark.revision import sha256
from hallmark.stage.opening import open_stage
from hallmark.terminal import out, progress_bars
from infra.errors import UserError
from infra.systems import STAGES, System

GATE = "load"
# Scenario -> its gate, if it has another name.
GATES = {"steady": GATE}
# A shorter main phase is for trying things out: its percentiles prove nothing.
LEAST_SECONDS = 30


def proofs(result: LoadResult) -> Iterator[Proof]:
    """Yield a proof for each control with an objective: passed when all of its objectives are met."""
    file = slo.file_of(result.system)
    artifact = file.relative_to(ROOT).as_posix()
    for control in dict.fromkeys(judged.control for judged in result.objectives):
        mine = [judged for judged in result.objectives if judged.control == control]
        yield Proof(
            control,
            "load",
            "passed" if all(judged.passed for judged in mine) else "failed",
            artifact,
            sha256(file),
            result.stage,
            fidelity.of_control(control) if result.target == "embedded" else None,
            tuple(_finding(result, judged) for judged in mine if not judged.passed),
            f"{result.scenario}: {result.figure(control)}; "
            + "; ".join(f"{judged.measure} ({judged.phase}) {judged.told}" for judged in mine),
        )


def _finding(result: LoadResult, judged: Judged) -> Finding:
    bound = f"at {'most' if judged.at_most else 'least'} {judged.bound:g} {judged.unit}".strip()
    found, _, rest = judged.told.partition(", wanted")
    excess = rest.rpartition(": ")[2] if judged.found is not None else ""
    place = f"{judged.phase}.{judged.measure}"
    return Finding(result.scenario, place, f"{found} ({excess})" if excess else found, bound)


def _arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hallmark.gates.load", description=__doc__)
    parser.add_argument("scenario", help="a scenario in load/scenarios/SYSTEM")
    parser.add_argument("--seconds", type=float, help="duration of the main phase, by default the scenario's")
    parser.add_argument("--processes", type=int, default=1, help="load generators on this machine")
    parser.add_argument("--target", choices=("embedded", "aws"), default="embedded")
    parser.add_argument("--stage", choices=STAGES, default=STAGES[0])
    parser.add_argument("--up", action="store_true", help="first deploy the embedded stages that it needs")
    add_system(parser)
    return parser.parse_args(words)


def judge(options: argparse.Namespace, kept: Path, system: System, record: Recorder) -> None:
    """Run the scenario on a system's stage and record whether its objectives are met; the samples go to `kept`."""
    record.target = options.target
    stage = open_stage(options.target, system.name, options.stage)
    settings = Settings(seconds=options.seconds, processes=options.processes)
    with progress_bars() as progress:
        judged = run(stage, options.scenario, settings, False, progress)
    result = record.load = judged.result
    record.places.append(place_of(stage))
    file = kept / f"{system.slug}-{result.scenario}.json"
    judged.outcome.run.write(file)
    record.files.append(file)
    record.proofs.extend(proofs(result))
    render(result, out)


def same_run(options: argparse.Namespace, evidence: Evidence) -> bool:
    """Return whether a run that is recorded was no shorter than the one that is wanted, on the same stage."""
    load = evidence.load
    if load is None:
        return False
    seconds = options.seconds or scenario_of(load.system, options.scenario).main.seconds
    wanted = (options.scenario, options.target, options.stage, options.processes)
    return load.seconds >= seconds and (load.scenario, load.target, load.stage, load.generators) == wanted


def main(words: list[str] | None = None) -> int:
    """Run the gate; 1 for a missed objective, 2 when nothing could be measured."""
    options = _arguments(words)
    if options.up and options.target == "aws":
        return exit_code(UserError("--up is for the embedded stage: deploy to AWS by `hallmark up --target aws`"))
    gate = GATES.get(options.scenario, options.scenario)
    systems = expected.judged(GATE, options.system)
    try:
        if options.system and not systems:
            raise UserError(f"no control of {options.system} requires the gate {GATE}: it would judge nothing")
        having = [system for system in systems if options.scenario in names(system.name)]
        for system in having if having and not options.system else systems:
            path_of(system.name, options.scenario)
    except UserError as error:
        return exit_code(error)
    for system in expected.chosen(options.system):
        if system not in systems:
            print(f"{GATE}: no control of {system.name} requires it")
        elif system not in having:
            print(f"{gate}: {system.name} has no such scenario")
    with TemporaryDirectory() as unused:
        folder, kept = None, RUNS / "judged"
        if options.seconds is not None and options.seconds < LEAST_SECONDS:
            print(f"{gate}: less than {LEAST_SECONDS} s of load prove nothing, so the evidence is unchanged")
            folder = kept = Path(unused)
        fits = partial(same_run, options)
        try:
            for system in having if options.up else ():
                if folder or not keeping.kept(gate, system.name, fits):
                    bring_up(system, options.stage)
        except UserError as error:
            return exit_code(error)
        body = partial(judge, options, kept)
        codes = (each_system(gate, body, system.name, goes_with=GATE, folder=folder, fits=fits) for system in having)
        return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
