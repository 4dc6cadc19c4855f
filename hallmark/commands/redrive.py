"""`hallmark redrive`: repeat the failed work whose messages are in a queue."""

from typing import Annotated

import typer

from hallmark.commands.common import StageOption, SystemOption, Target, TargetOption, the_stage
from hallmark.project import ROOT
from hallmark.redrive import STUCK, Outcome, drop, find, redrive_stuck
from hallmark.redrive import redrive as redrive_queue
from hallmark.redrive.dropping import NOTES
from hallmark.redrive.failures import Failures
from hallmark.stage import Stage
from hallmark.systems.wing import offered, wing
from hallmark.terminal import out, progress_bars
from infra.errors import UserError
from infra.systems import StageName

_SHOWN = 10


def redrive(
    queue: Annotated[
        str,
        typer.Argument(
            help="A queue for failures, such as failure or RULE-dead-letter, or the beginning of one; or stuck, for "
            "what `hallmark status` names, where the system can run that again."
        ),
    ],
    limit: Annotated[int | None, typer.Option(min=1, help="Redrive at most this many messages.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would be done; SQS counts this as a receive.")
    ] = False,
    drop_id: Annotated[
        str | None,
        typer.Option(
            "--drop",
            metavar="MESSAGE",
            help="Delete the one message with this id, which no redrive can do, and write who dropped it, when and "
            "why to build/redrive/dropped.jsonl; with --because.",
        ),
    ] = None,
    because: Annotated[str | None, typer.Option(metavar="REASON", help="Why the message is dropped.")] = None,
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Repeat failed work: move back, publish, invoke, start or deliver, and delete it; exit code 1 when messages stay.

    A message of the failure queue that was received three times is parked.
    """
    deployed = the_stage(target, system, stage)
    failures = offered(deployed.system, wing(deployed.system).failures, "no failures to redrive")()
    if drop_id is not None or because is not None:
        _drop(deployed, failures, queue, drop_id, because, limit, dry_run)
        return
    with progress_bars() as progress:
        if queue == STUCK and failures.stuck:
            name = STUCK
            outcome = redrive_stuck(deployed, failures, limit=limit, dry_run=dry_run, progress=progress)
        else:
            found = find(deployed, queue, failures.queues, (STUCK,) if failures.stuck else ())
            name = found.name
            outcome = redrive_queue(deployed, found, failures, limit=limit, dry_run=dry_run, progress=progress)
    _print(name, outcome, "would " if dry_run else "")
    if outcome.failed:
        raise typer.Exit(1)


def _drop(
    stage: Stage, failures: Failures, queue: str, message: str | None, because: str | None, limit: int | None, dry: bool
) -> None:
    if message is None or because is None or limit is not None:
        raise UserError("one message is dropped with its id and a reason: --drop MESSAGE --because REASON")
    found = find(stage, queue, failures.queues)
    what = drop(stage, found, failures, message, because, dry_run=dry)
    text = f"would drop {what}" if dry else f"dropped {what}; noted in {NOTES.relative_to(ROOT)}"
    out.print(text, markup=False, highlight=False, soft_wrap=True)


def _print(queue: str, outcome: Outcome, mood: str) -> None:
    lines = [f"{count:>6}  {mood}{what}" for what, count in sorted(outcome.done.items())]
    lines += [f"✗ {message} stays: {reason}" for message, reason in list(outcome.failed.items())[:_SHOWN]]
    if len(outcome.failed) > _SHOWN:
        lines.append(f"✗ and {len(outcome.failed) - _SHOWN} more")
    moved = 0 if mood else outcome.done.total()
    if not outcome.done and not outcome.failed and not outcome.left:
        lines.append(f"{'nothing is stuck' if queue == STUCK else f'{queue} is empty'}: there was nothing to redrive")
    lines.append(f"{queue}: {moved} moved, {len(outcome.failed)} failed, {outcome.left} left")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
