"""`hallmark send`: send items of a system through a stage, and reconcile each."""

from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from hallmark.commands.common import TAKING, StageOption, SystemOption, Target, TargetOption, the_stage
from hallmark.evidence.ledgers import LEDGER_VARIABLE, of_stage
from hallmark.ledger.render import render
from hallmark.sending.run import CONCURRENCY
from hallmark.sending.run import send as carry_and_reconcile
from hallmark.sending.sending import Options, Sending
from hallmark.systems.wing import offered, wing
from hallmark.terminal import out, progress_bars
from infra.errors import UserError
from infra.systems import StageName


def send(
    files: Annotated[list[Path] | None, typer.Argument(help="Files in the system's layout.")] = None,
    generate: Annotated[int | None, typer.Option(min=1, help="Generate this many items instead.")] = None,
    rows: Annotated[int | None, typer.Option(min=1, max=50_000, help="Rows of each generated file.")] = None,
    merchants: Annotated[int | None, typer.Option(min=1, help="So many merchants send, by default all.")] = None,
    banks: Annotated[int | None, typer.Option(min=1, help="So many banks send, by default all.")] = None,
    bank: Annotated[str | None, typer.Option(help="Only this bank sends; by default files name theirs.")] = None,
    report_date: Annotated[
        str | None, typer.Option(help="Report date of the files, YYYY-MM-DD; by default that of the first row.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the generator; with --start the items are the same.")
    ] = None,
    start: Annotated[
        datetime | None, typer.Option(help="Time of the first generated item (UTC); by default up to now.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Send at most this many.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Items a second at most.")] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=64, help=f"Concurrent lanes (default {CONCURRENCY}).")
    ] = None,
    drain_buffer: Annotated[bool, typer.Option("--drain-buffer", help=TAKING)] = False,
    sync: Annotated[bool, typer.Option("--sync", help="Wait for what becomes of each before the next.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", envvar=LEDGER_VARIABLE, help="Also write the ledger to this file.")
    ] = None,
    system: SystemOption = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Send items and reconcile each; exit code 1 when anything differs from the expected.

    These are the options of all systems; one that the system does not support is refused.
    """
    options = Options(
        files=tuple(files or ()),
        generate=generate,
        rows=rows,
        merchants=merchants,
        banks=banks,
        bank=bank,
        report_date=report_date,
        seed=seed,
        start=start,
        limit=limit,
        rate=rate,
        concurrency=concurrency,
        drain_buffer=drain_buffer,
        sync=sync,
    )
    if bool(options.files) == (generate is not None):
        raise UserError("name a file or use --generate N (one of the two)")
    deployed = the_stage(target, system, stage)
    sending = offered(deployed.system, wing(deployed.system).sending, "nothing to send")()
    refuse_unknown(deployed.system, sending, options)
    items = list(islice(sending.items(deployed, options), options.limit))
    if not items:
        raise UserError(f"{' and '.join(map(str, options.files))} has no {sending.nouns}: there is nothing to send")
    written = opened(json_file) if json_file else None
    with progress_bars() as progress:
        ledger = carry_and_reconcile(sending, deployed, items, options, progress)
    render(ledger, out)
    if written:
        with written:
            written.write(of_stage(ledger.to_json(), deployed))
    if ledger.differences:
        raise typer.Exit(1)


def opened(file: Path) -> TextIO:
    """Open a file for writing, before anything is sent; UserError when that is impossible."""
    try:
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written ({error.strerror}): give --json another path") from None


def refuse_unknown(system: str, sending: Sending[Any], options: Options) -> None:
    """Raise UserError for an option that a system does not support."""
    for name in options.given:
        if name not in sending.takes:
            takes = ", ".join(map(_spelled, sorted(sending.takes)))
            raise UserError(f"{system} takes no {_spelled(name)}: it takes {takes}")


def _spelled(name: str) -> str:
    return name.upper() if name == "files" else f"--{name.replace('_', '-')}"
