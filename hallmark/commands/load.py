"""`hallmark load run`, `judge`, `compare`: load tests, and comparison of two runs."""

from pathlib import Path
from typing import Annotated

import typer

from hallmark import completion
from hallmark.commands.common import TAKING, StageOption, SystemOption, Target, TargetOption, the_stage
from hallmark.terminal import out, progress_bars
from infra.errors import UserError
from infra.systems import StageName

load_app = typer.Typer(no_args_is_help=True, help="Run load scenarios, judge runs, compare two runs.")
RunOption = Annotated[Path, typer.Argument(help="A run file of `hallmark load run` or Locust in build/load.")]


@load_app.command()
def run(
    scenario: Annotated[
        str, typer.Argument(help="A scenario in load/scenarios/SYSTEM.", autocompletion=completion.scenarios)
    ] = "steady",
    rate: Annotated[float | None, typer.Option(min=0.1, help="Items a second in the main phase.")] = None,
    seconds: Annotated[float | None, typer.Option(min=1, help="Duration of the main phase.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Load generators on this machine.")] = 1,
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Run a scenario on a deployed stage and judge it by load/slo; exit code 1 when an objective is missed."""
    from hallmark.load import session
    from hallmark.load.generator import Settings
    from hallmark.load.render import render

    deployed = the_stage(target, system, stage)
    settings = Settings(rate=rate, seconds=seconds, processes=processes)
    with progress_bars() as progress:
        result = session.run(deployed, scenario, settings, False, progress).result
    render(result, out)
    raise typer.Exit(int(not all(judged.passed for judged in result.objectives)))


@load_app.command()
def judge(
    file: RunOption,
    drain_buffer: Annotated[bool, typer.Option("--drain-buffer", help=TAKING)] = False,
) -> None:
    """Reconcile every item of a run on its stage and judge it; exit code 1 when an objective is missed.

    It can be judged again, with the same result; without its stage, its account (build/load/accounts) has the result.
    """
    from hallmark.load import run_file, session
    from hallmark.load.render import render

    made = run_file.read(file)
    try:
        deployed = the_stage(Target(made.target), made.terms.system, StageName(made.stage))
        session.require(deployed, made)
    except UserError as gone:
        result = session.kept(made, gone)
    else:
        with progress_bars() as progress:
            result = session.judge(deployed, made, drain_buffer, progress).result
    render(result, out)
    raise typer.Exit(int(not all(judged.passed for judged in result.objectives)))


@load_app.command()
def compare(first: RunOption, second: RunOption) -> None:
    """Report whether two runs of a scenario differ beyond noise; exit code 1 when the second is slower."""
    from hallmark.load.compare import compare as compare_runs
    from hallmark.load.compare import render

    differences = compare_runs(first, second)
    render(differences, out)
    raise typer.Exit(int(any(difference.slower for difference in differences)))
