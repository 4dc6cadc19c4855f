"""`hallmark realtime replay`: deliver archived events again, and prove that nothing changes."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from hallmark import clock
from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.commands.moments import FORMS, moment
from hallmark.digest import Difference, Digest, compare, digest
from hallmark.ledger.ledger import sample
from hallmark.systems.realtime import replay as replays
from hallmark.systems.realtime.commands import OWNER
from hallmark.systems.realtime.digest import PARTS
from hallmark.systems.realtime.replay import Archive, Replayed
from hallmark.terminal import err, out, progress_bars
from infra.errors import UserError
from infra.systems import StageName


def replay(
    start: Annotated[datetime, typer.Option("--from", parser=moment, metavar="TIME", help=f"Since when: {FORMS}")],
    end: Annotated[
        datetime | None, typer.Option("--to", parser=moment, metavar="TIME", help="Until when, by default now.")
    ] = None,
    archive: Annotated[Archive, typer.Option(help="The bus whose archive to replay.")] = Archive.TRANSACTION,
    rule: Annotated[
        list[str] | None, typer.Option(help="Replay only to this rule, such as geo-anomaly; may be repeated.")
    ] = None,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Accept a range of which nothing is delivered.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the digests and differences as JSON.")] = False,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Replay an archive and compare the stage's data before and after; exit code 1 when existing data changed.

    What is delivered is counted where it arrives; nothing is exit code 1, too, for it proves nothing. Restored records
    and new ones of live traffic are not changes. Ctrl-C cancels the replay.
    """
    deployed = own_stage(OWNER, system, target, stage)
    planned = replays.plan(deployed, start, end or clock.now(), archive, rule or ())
    for caveat in planned.caveats:
        err.print(f"note: {caveat}", style="yellow", highlight=False, soft_wrap=True)
    try:
        with progress_bars() as progress:
            before = digest(deployed, PARTS, progress=progress)
            replayed = replays.run(deployed, planned, progress)
            after = digest(deployed, PARTS, progress=progress)
    except KeyboardInterrupt:
        raise UserError("Interrupted: the digests were not compared. Replay again.") from None
    difference = compare(before, after)
    if as_json:
        counts = {"replay": replayed.name, "deliveries": replayed.deliveries, "transactions": replayed.transactions}
        result = {**counts, "before": before.to_dict(), "after": after.to_dict(), **asdict(difference)}
        print(json.dumps(result, indent=2))
    else:
        _tell(replayed, before, after, difference)
    if not replayed.deliveries:
        nothing = "nothing was delivered: no event of the range matches a rule that is replayed to"
        advice = "" if allow_empty else "; widen --from and --to, or accept it with --allow-empty"
        err.print(f"{nothing}{advice}", style="yellow" if allow_empty else "red", highlight=False, soft_wrap=True)
    if not difference.harmless or not (replayed.deliveries or allow_empty):
        raise typer.Exit(1)


def _tell(replayed: Replayed, before: Digest, after: Digest, difference: Difference) -> None:
    arrived = f"{replayed.deliveries} deliveries of {replayed.transactions} transactions"
    lines = [f"replay {replayed.name} completed: {arrived} arrived on the audit bus"]
    lines += [f"before  {_line(before)}", f"after   {_line(after)}"]
    if before == after and replayed.deliveries:
        lines.append("✓ equal, byte for byte")
    for mark, keys, meaning in (
        ("✓", difference.restored, "were missing and are restored"),
        ("✓", difference.arrived, "belong to transactions that arrived meanwhile"),
        ("✗", difference.removed, "are gone"),
        ("✗", difference.changed, "are changed"),
    ):
        if keys:
            lines.append(f"{mark} {len(keys)} records {meaning}: {sample(keys)}")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _line(found: Digest) -> str:
    return f"{found.sha256}  {', '.join(f'{len(part.records)} {part.name}' for part in found.parts)}"
