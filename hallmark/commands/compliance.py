"""`hallmark gate`, `report`, `policy`, `mutants`: requirements and their proofs.

The tools are imported when used: `hallmark gate` starts often.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from hallmark.commands.target import Target, TargetOption
from infra.errors import UserError
from infra.systems import SYSTEM_VARIABLE, StageName, owner_of, system_of


def gate(
    name: Annotated[
        str,
        typer.Argument(help="The gate; its evidence goes to build/evidence."),
    ],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="More commands follow after another --.")],
    system: Annotated[
        str | None,
        typer.Option(help="Only for this system; by default a gate of systems, such as `transactions`, runs for each."),
    ] = None,
    if_chosen: Annotated[
        bool, typer.Option("--if-chosen", help="Run nothing when $HALLMARK_SYSTEM names another system than --system.")
    ] = False,
    up: Annotated[
        bool,
        typer.Option("--up", help="Deploy the system's stage first; nothing is deployed for evidence that is kept."),
    ] = False,
) -> None:
    """Run commands as a gate: show their output, record the outcome, exit with their code."""
    from hallmark.gates.running.command import run_gate

    chosen = os.environ.get(SYSTEM_VARIABLE)
    if if_chosen and chosen and system != chosen:
        typer.echo(f"{name}: not of {system}, for ${SYSTEM_VARIABLE} is {chosen}")
        return

    raise typer.Exit(run_gate(name, words, system, up))


def report(
    system: Annotated[
        str | None, typer.Option(help="Print only this system; by default $HALLMARK_SYSTEM, else all.")
    ] = None,
) -> None:
    """Join controls and evidence into build/report; exit code 1 when anything failed or is unproven."""
    from hallmark.report.command import report_command

    raise typer.Exit(report_command(system))


def policy(
    templates: Annotated[
        list[Path] | None, typer.Argument(help="Templates, JSON or YAML, of any origin; or a cloud assembly's folder.")
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="The system; by default the template's, or all that are up on the stage.")
    ] = None,
    stage: Annotated[
        StageName | None, typer.Option(help="The stage; by default the template's. Without templates, one that runs.")
    ] = None,
    target: TargetOption = Target.EMBEDDED,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
    together: Annotated[
        bool, typer.Option("--together", help="Judge the templates as those of one stage of one system.")
    ] = False,
    control: Annotated[list[str] | None, typer.Option(help="Only this control; may be repeated.")] = None,
) -> None:
    """Judge templates by the policies, or a stage where it runs; exit code 1 for a finding.

    Each template is judged by itself; with --together, all as one stage of one system, whose stacks import from each
    other. A folder with a cloud assembly, such as build/cdk.out, is judged by its systems and stages.

    `hallmark policy --stage dev` reads the stage back and changes nothing, neither there nor among the evidence; it
    judges by the controls that ask for an observed proof.
    """
    if system:
        system_of(system)
    if templates:
        if target is Target.AWS:
            raise UserError("--target is for a stage that runs: leave out the templates, or --target")
        from hallmark.policy_command import policy_command

        own_stage = stage.value if stage else None
        raise typer.Exit(policy_command(templates, system, own_stage, as_json, together, control or ()))
    if together:
        raise UserError("--together is for templates: name them")
    if stage is None:
        raise UserError("name templates, or a stage that runs with --stage")
    from hallmark.commands.common import stages_to_read
    from hallmark.observe.judging import judge_stages

    named = system or os.environ.get(SYSTEM_VARIABLE)
    raise typer.Exit(judge_stages(stages_to_read(target, named, stage), as_json, control or ()))


def mutants(
    system: Annotated[str | None, typer.Option(help="Only this system; by default $HALLMARK_SYSTEM, else all.")] = None,
    control: Annotated[list[str] | None, typer.Option(help="Only this control; may be repeated.")] = None,
) -> None:
    """Apply every violation of the catalogue to the synthesized templates; exit code 1 when a policy misses one."""
    from hallmark.evidence.expected import chosen
    from hallmark.mutants.judgement import mutants_command

    named = set(control or ())
    owners = {owner_of(name) for name in named}
    systems = [one for one in chosen(system) if not owners or one in owners]
    if not systems:
        raise UserError(f"no system has the control {min(named)}: name one of its catalogue")
    raise typer.Exit(max(mutants_command(one.name, named or None) for one in systems))
