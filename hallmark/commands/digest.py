"""`hallmark digest`: the digest of a stage's data."""

import json
from typing import Annotated

import typer

from hallmark.commands.common import StageOption, SystemOption, Target, TargetOption, the_stage
from hallmark.digest import digest as read
from hallmark.systems.wing import offered, wing
from hallmark.terminal import err, out, progress_bars
from infra.systems import StageName


def digest(
    as_json: Annotated[bool, typer.Option("--json", help="Print the digest as JSON.")] = False,
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Print SHA-256 over all data that a stage stores, part by part; on AWS this reads every record.

    A stage without any record is named: two such digests are equal, and show nothing.
    """
    deployed = the_stage(target, system, stage)
    parts = offered(deployed.system, wing(deployed.system).digest, "no digest")()
    with progress_bars() as progress:
        found = read(deployed, parts, progress=progress)
    if not any(part.records for part in found.parts):
        err.print("nothing is stored yet: this is the digest of no records", style="yellow", highlight=False)
    if as_json:
        return print(json.dumps(found.to_dict(), indent=2))
    rows = [(part.name, len(part.records), part.sha256) for part in found.parts]
    for name, count, sha256 in [*rows, ("all", sum(count for _, count, _ in rows), found.sha256)]:
        out.print(f"{sha256}  {count:>8} {name}", highlight=False, soft_wrap=True)
    return None
