"""`hallmark bank_upload audit`: the trail of an upload, from the status table alone."""

from typing import Annotated

import typer

from hallmark.commands.common import OwnSystemOption, StageOption, Target, TargetOption, own_stage
from hallmark.systems.bank_upload import api
from hallmark.systems.bank_upload.audit import trail
from hallmark.systems.bank_upload.commands import OWNER
from hallmark.systems.bank_upload.files import known
from hallmark.terminal import err, out
from infra.errors import UserError
from infra.systems import StageName


def audit(
    identity: Annotated[
        str, typer.Argument(metavar="UPLOAD_ID|OBJECT_KEY", help="An upload's id, or its object's key.")
    ],
    bank: Annotated[str | None, typer.Option(help="Only this bank's.")] = None,
    rows: Annotated[
        bool,
        typer.Option("--rows", help="Also read the file's version again, and compare it with the rows in the table."),
    ] = False,
    system: OwnSystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Say who sent what when, its content's hash, each state with its time, counts, conflicts and the error, if any.

    From the status table alone, unless --rows is given. Exit code 1 where what is stored contradicts itself.
    """
    deployed = own_stage(OWNER, system, target, stage)
    known(bank, list(api.key_ids(deployed)))
    found = trail(deployed, identity, bank, with_rows=rows)
    if found is None:
        raise UserError(f"{identity} is unknown: the status table has no such upload{f' of {bank}' if bank else ''}")
    for line in found.lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    for contradiction in found.contradictions:
        err.print(contradiction, style="red", highlight=False, markup=False, soft_wrap=True)
    if found.contradictions:
        raise typer.Exit(1)
