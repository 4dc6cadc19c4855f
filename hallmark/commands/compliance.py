"""`hallmark gate`, `report`, `export`, `policy`, `mutants`: requirements and their proofs.

The tools are imported when used: `hallmark gate` starts often.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from hallmark import completion
from hallmark.commands.target import Target, TargetOption
from hallmark.project import require_project
from infra.errors import UserError
from infra.systems import SYSTEM_VARIABLE, StageName, owner_of, system_of

ControlOption = Annotated[
    list[str] | None,
    typer.Option(help="Only this control; may be repeated.", autocompletion=completion.controls),
]


def gate(
    name: Annotated[
        str,
        typer.Argument(help="The gate; its evidence goes to build/evidence."),
    ],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="More commands follow after another --.")],
    system: Annotated[
        str | None,
        typer.Option(
            help="Only for this system; by default a gate of systems, such as `transactions`, runs for each.",
            autocompletion=completion.systems,
        ),
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
        str | None,
        typer.Option(
            help="Print only this system; by default $HALLMARK_SYSTEM, else all.", autocompletion=completion.systems
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="BASE", help="The folder build/report of another run, a report.json, or a bundle."),
    ] = None,
) -> None:
    """Join controls and evidence into build/report; exit code 1 when anything failed or is unproven.

    With --against, print only what is worse, better or otherwise than in BASE, and write it to build/report/against.md;
    exit code 1 when anything is worse. What failed in BASE, too, is not worse.
    """
    from hallmark.report.command import report_command

    raise typer.Exit(report_command(system, base=against))


def export(
    system: Annotated[str | None, typer.Option(help="Only this system; by default $HALLMARK_SYSTEM, else all.")] = None,
    output: Annotated[Path | None, typer.Option(help="The folder; by default build/export.")] = None,
) -> None:
    """Write the report in auditors' forms into build/export: OSCAL, CSV, Security Hub's ASFF, PCI DSS and NIST ids.

    Each system's folder has findings.csv, a row for each finding and pass of a resource; asff.json, also in requests
    of 100 for `aws securityhub batch-import-findings`; and oscal/. Beside them, frameworks.html, .md and .csv say which
    ids are covered by which control with which verdict, and which are not.
    """
    from hallmark.export.command import EXPORT, export_command

    raise typer.Exit(export_command(system, output.resolve() if output else EXPORT))


def policy(
    templates: Annotated[
        list[Path] | None, typer.Argument(help="Templates, JSON or YAML, of any origin; or a cloud assembly's folder.")
    ] = None,
    system: Annotated[
        str | None,
        typer.Option(
            help="The system; by default the template's, or all that are up on the stage.",
            autocompletion=completion.systems,
        ),
    ] = None,
    stage: Annotated[
        StageName | None, typer.Option(help="The stage; by default the template's. Without templates, one that runs.")
    ] = None,
    target: TargetOption = Target.EMBEDDED,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
    together: Annotated[
        bool, typer.Option("--together", help="Judge the templates as those of one stage of one system.")
    ] = False,
    control: ControlOption = None,
    catalogue: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME",
            help="Judge by the rows of this file, or by serverless-baseline.",
            autocompletion=completion.catalogues,
        ),
    ] = None,
    waivers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What is accepted, in the form of policies/waivers.yaml.")
    ] = None,
    sarif: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the verdicts as SARIF, too.")] = None,
    as_list: Annotated[bool, typer.Option("--list", help="List the policies and what uses them.")] = False,
    explain: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Explain a policy, or a control: why, parameters, examples, fix.",
            autocompletion=completion.explained,
        ),
    ] = None,
    templates_alone: Annotated[
        bool, typer.Option("--only-templates", help="Pass over files that are no templates, as a hook gets them.")
    ] = False,
) -> None:
    """Judge templates by the policies, or a stage where it runs; exit code 1 for a finding.

    Each template is judged by itself; with --together, all as one stage of one system, whose stacks import from each
    other. A folder with a cloud assembly, such as build/cdk.out, is judged by its systems and stages.

    `hallmark policy --stage dev` reads the stage back and changes nothing, neither there nor among the evidence; it
    judges by the controls that ask for an observed proof.

    With --catalogue, templates of any origin are judged by what is in them: one by one, a folder at any depth. What
    cannot be judged, such as what a macro makes, is a limit, and counts as a finding.
    """
    if as_list or explain is not None:
        from hallmark.judging.about import explain_command, list_command

        if templates or stage or (as_list and explain is not None):
            raise UserError("--list and --explain stand alone, but for --catalogue and --json")
        raise typer.Exit(
            explain_command(explain, catalogue, as_json) if explain is not None else list_command(catalogue, as_json)
        )
    named_some = bool(templates)
    if templates_alone and templates:
        from hallmark.judging.files import only_templates

        templates = only_templates(templates)
        if not templates and not sarif:
            print("[]" if as_json else "no template among the files: nothing to judge")
            return
    if catalogue is not None:
        if not named_some or system or stage or target is Target.AWS:
            raise UserError("--catalogue judges templates by themselves: name some, without --system and --stage")
        from hallmark.judging.command import catalogue_command

        more = {"as_json": as_json, "together": together, "controls": control or ()}
        raise typer.Exit(catalogue_command(templates or [], catalogue, waivers=waivers, sarif=sarif, **more))
    if waivers or sarif:
        raise UserError("--waivers and --sarif are for --catalogue: name one")
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
    require_project()
    from hallmark.commands.common import stages_to_read
    from hallmark.observe.judging import judge_stages

    named = system or os.environ.get(SYSTEM_VARIABLE)
    raise typer.Exit(judge_stages(stages_to_read(target, named, stage), as_json, control or ()))


def mutants(
    system: Annotated[
        str | None,
        typer.Option(
            help="Only this system; by default $HALLMARK_SYSTEM, else all.", autocompletion=completion.systems
        ),
    ] = None,
    control: ControlOption = None,
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
