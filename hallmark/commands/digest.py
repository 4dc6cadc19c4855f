"""`hallmark digest`: what a stage keeps, in one number."""

import json
from typing import Annotated

import typer

from hallmark.commands.common import StageName, StageOption, Target, TargetOption, open_stage, out, progress_bars
from hallmark.digest import digest as read


def digest(
    as_json: Annotated[bool, typer.Option("--json", help="Print the digest as JSON.")] = False,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Print SHA-256 over transactions, audit trail and processed objects; on AWS every one of them is read."""
    deployed = open_stage(target, stage)
    with progress_bars() as progress:
        found = read(deployed, progress=progress)
    if as_json:
        return print(json.dumps(found.to_dict(), indent=2))
    rows = [(part.name, len(part.records), part.sha256) for part in found.parts]
    for name, count, sha256 in [*rows, ("all", sum(count for _, count, _ in rows), found.sha256)]:
        out.print(f"{sha256}  {count:>8} {name}", highlight=False, soft_wrap=True)
    return None
