"""`hallmark cost`: what a load run would cost on AWS."""

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from hallmark.commands.common import SystemOption
from hallmark.terminal import out
from infra.errors import UserError
from infra.systems import StageName

_DURATION = re.compile(r"([a-z_]+)=([0-9]+(?:\.[0-9]+)?)")


def cost(
    run: Annotated[Path | None, typer.Option(help="Evidence of a load gate; by default the last one.")] = None,
    stage: Annotated[StageName | None, typer.Option(help="The stage of the settings; by default the run's.")] = None,
    events_per_day: Annotated[
        int | None, typer.Option(min=1, help="Daily transactions, or rows, to estimate a day and a month.")
    ] = None,
    duration_ms: Annotated[
        list[str] | None, typer.Option(metavar="FUNCTION=MS", help="Billed duration on AWS; may be repeated.")
    ] = None,
    system: SystemOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the estimate as JSON.")] = False,
) -> None:
    """Multiply a load run's counts by AWS's list prices: dollars for a million transactions, or rows."""
    from hallmark.cost import counts
    from hallmark.cost.declared import declared
    from hallmark.cost.estimate import estimate
    from hallmark.cost.render import render
    from hallmark.systems.wing import offered, wing

    if system:
        offered(system, wing(system).costed, "no cost to estimate")
    path = run or counts.last_run(system)
    counted = counts.read(path)
    if system not in (None, counted.system):
        raise UserError(f"{path} is a load run of {counted.system}, not of {system}: name another with --run")
    envelope = offered(counted.system, wing(counted.system).costed, "no cost to estimate").envelope
    chosen = stage.value if stage else counted.stage
    settings, durations = declared(counted.system, chosen), _durations(duration_ms or [])
    found = estimate(counted, settings, chosen, envelope, events_per_day, durations)
    if as_json:
        print(json.dumps(found.to_json(), indent=1))
    else:
        render(found, out)


def _durations(words: list[str]) -> dict[str, float]:
    found = {}
    for word in words:
        match = _DURATION.fullmatch(word)
        if not match:
            raise UserError(f"--duration-ms wants FUNCTION=MILLISECONDS, not {word!r}")
        found[match[1]] = float(match[2])
    return found
