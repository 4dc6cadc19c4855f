"""`hallmark redrive`: repeat the failed work whose messages are in a queue."""

from typing import Annotated

import typer

from hallmark.commands.common import StageOption, SystemOption, Target, TargetOption, the_stage
from hallmark.redrive import STUCK, Outcome, find, redrive_stuck
from hallmark.redrive import redrive as redrive_queue
from hallmark.systems.wing import offered, wing
from hallmark.terminal import out, progress_bars
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
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Repeat failed work: move back, publish, invoke, start or deliver, and delete it; exit code 1 when messages stay.

    A message of the failure queue that was received three times is parked.
    """
    deployed = the_stage(target, system, stage)
    failures = offered(deployed.system, wing(deployed.system).failures, "no failures to redrive")()
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
