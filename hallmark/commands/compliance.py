"""`hallmark gate`, `report`, `policy`, `mutants`: what must hold, and whether it does.

The tools behind them are imported when they are wanted: `hallmark gate` starts often.
"""

from pathlib import Path
from typing import Annotated

import typer

from hallmark.commands.common import StageName
from infra.errors import UserError
from infra.systems import owner_of


def gate(
    name: Annotated[
        str,
        typer.Argument(help="The gate; its evidence goes to build/evidence."),
    ],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="More commands follow after another --.")],
    system: Annotated[
        str | None,
        typer.Option(help="For this system alone; a gate of systems, as `transactions`, else runs for each."),
    ] = None,
) -> None:
    """Run commands as a gate: show what they print, record how they end, exit with their code."""
    from hallmark.gates.running.command import run_gate

    raise typer.Exit(run_gate(name, words, system))


def report(
    system: Annotated[
        str | None, typer.Option(help="Tell of this system alone; by default $HALLMARK_SYSTEM, else all.")
    ] = None,
) -> None:
    """Join controls and evidence into build/report; exit code 1 when anything failed or is unproven."""
    from hallmark.report.command import report_command

    raise typer.Exit(report_command(system))


def policy(
    templates: Annotated[list[Path], typer.Argument(help="Synthesized templates, JSON or YAML, from anywhere.")],
    system: Annotated[
        str | None, typer.Option(help="The system; by default what the template's metadata says.")
    ] = None,
    stage: Annotated[StageName | None, typer.Option(help="The stage; by default what the template says.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Judge templates by the policies; exit code 1 when one of them has a finding."""
    from hallmark.policies import policy_command

    raise typer.Exit(policy_command(templates, system, stage.value if stage else None, as_json))


def mutants(
    system: Annotated[str | None, typer.Option(help="Only this system; by default $HALLMARK_SYSTEM, else all.")] = None,
    control: Annotated[list[str] | None, typer.Option(help="Only this control; may be repeated.")] = None,
) -> None:
    """Break the synthesized templates in every way that the catalogue knows; exit code 1 when a policy misses one."""
    from hallmark.evidence.expected import chosen
    from hallmark.mutants.judgement import mutants_command

    named = set(control or ())
    owners = {owner_of(name) for name in named}
    systems = [one for one in chosen(system) if not owners or one in owners]
    if not systems:
        raise UserError(f"no system has the control {min(named)}: name one of its catalogue")
    raise typer.Exit(max(mutants_command(one.name, named or None) for one in systems))
