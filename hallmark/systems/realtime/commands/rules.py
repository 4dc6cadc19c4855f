"""`hallmark realtime rules publish`, `verify`, `restore`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.systems.realtime import fraud_rules
from hallmark.systems.realtime.commands import OWNER
from hallmark.systems.realtime.fraud_rules import restoration
from hallmark.systems.realtime.fraud_rules.store import Store
from hallmark.systems.realtime.fraud_rules.verification import PUBLISH, RESTORE, Deviation
from hallmark.terminal import err, out
from hallmark.wording import counted
from infra.systems import StageName

rules_app = typer.Typer(no_args_is_help=True, help="The fraud rules.")
FileArgument = Annotated[Path, typer.Argument(help="The rules, as YAML.")]


@rules_app.command()
def publish(
    file: FileArgument = fraud_rules.RULES,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Publish the rules as new, immutable versions; unchanged rules keep their version.

    A rule whose latest version is not what was published gets a new one, too; exit code 1 when any version is not.
    """
    deployed = own_stage(OWNER, system, target, stage)
    published = fraud_rules.publish(deployed, file)
    found = [one for one in fraud_rules.verify(deployed, file) if one.tampered]
    damaged = {one.rule_id for one in found}
    table = Table("rule", "version", "", "in force from")
    for rule in published:
        kept = rule.status != "published" and rule.rule_id in damaged
        status = "kept, but not all as published" if kept else rule.status
        table.add_row(rule.rule_id, str(rule.version), status, rule.effective_from)
    out.print(table)
    _exit(found)


@rules_app.command()
def verify(
    file: FileArgument = fraud_rules.RULES,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Compare every version with what was published, and those in force with the file; exit code 1 when any differs."""
    deployed = own_stage(OWNER, system, target, stage)
    _exit(fraud_rules.verify(deployed, file))
    versions = len(Store(deployed).read().rows)
    _line(f"✓ {versions} versions are as they were published, and those in force are the rules of {file.name}")


@rules_app.command()
def restore(
    yes: Annotated[bool, typer.Option("--yes", help="Restore without asking.")] = False,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Write changed and deleted versions back as they were published, and delete those that nobody published.

    What was found is kept in AuditLogs. Verdicts that were made meanwhile stay: `hallmark realtime audit` names them.
    """
    deployed = own_stage(OWNER, system, target, stage)
    planned = restoration.repairs(Store(deployed).read())
    for repair in planned:
        _line(str(repair))
    if planned and not yes:
        typer.confirm(f"Restore {counted(len(planned), 'version')} on stage {stage.value}?", abort=True)
    restoration.restore(deployed, planned)
    _line(f"{counted(len(planned), 'version')} restored")
    _exit(fraud_rules.verify(deployed))


def _exit(found: Sequence[Deviation]) -> None:
    """Print deviations and what to do, and exit with 1 if there are any."""
    for one in found:
        _line(f"✗ {one}", err, "red")
    if any(one.tampered for one in found):
        _line(f"not as published: `{RESTORE}` writes back what was published", err)
    if any(not one.tampered for one in found):
        _line(f"not the rules of the file: `{PUBLISH}` puts the rules of this tree in force", err)
    if found:
        raise typer.Exit(1)


def _line(text: str, console: Console = out, style: str | None = None) -> None:
    console.print(text, style=style, highlight=False, markup=False, soft_wrap=True)
