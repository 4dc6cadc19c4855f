"""`hallmark merchant_upload audit`: the trail of a transaction or an upload, from the table alone."""

from typing import Annotated

import typer

from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.systems.merchant_upload import api
from hallmark.systems.merchant_upload.audit import trails
from hallmark.systems.merchant_upload.commands import OWNER
from hallmark.terminal import err, out
from infra.errors import UserError
from infra.systems import StageName


def audit(
    identity: Annotated[str, typer.Argument(metavar="ID", help="A transaction's or an upload's id.")],
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's; by default all that have the id.")] = None,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Say from which file, version and line a row is, when it was stored and judged, under which rules, and its alert.

    Of an upload: its times, counts and problems. Exit code 1 where the table's items contradict each other.
    """
    deployed = own_stage(OWNER, system, target, stage)
    merchants = list(api.key_ids(deployed))
    if merchant is not None and merchant not in merchants:
        raise UserError(f"the stage has no merchant {merchant}: name one of {', '.join(merchants)}")
    found = trails(deployed, [merchant] if merchant else merchants, identity)
    if not found:
        raise UserError(f"{identity} is unknown: the table has no transaction and no upload of that id")
    for trail in found:
        for line in trail.lines:
            out.print(line, highlight=False, markup=False, soft_wrap=True)
        for contradiction in trail.contradictions:
            err.print(contradiction, style="red", highlight=False, markup=False, soft_wrap=True)
    if any(trail.contradictions for trail in found):
        raise typer.Exit(1)
