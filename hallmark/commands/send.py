"""`hallmark send`: card transactions through a stage, and an account of each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from hallmark.commands.common import StageName, StageOption, Target, TargetOption, open_stage, out, progress_bars
from hallmark.send import send as carry_and_settle
from hallmark.stage import Stage
from hallmark.traffic.card_csv import read_transactions
from hallmark.traffic.generator import generate
from hallmark.traffic.parameters import RuleParameters
from hallmark.traffic.transaction import Transaction
from infra.errors import UserError


def send(
    file: Annotated[Path | None, typer.Argument(help="A CSV of the public card-transaction layout.")] = None,
    number: Annotated[
        int | None, typer.Option("--generate", min=1, help="Generate this many transactions instead.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the generator; with --start the transactions are the same.")] = 0,
    start: Annotated[
        datetime | None, typer.Option(help="Time of the first generated one (UTC); else up to now.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Send at most this many.")] = None,
    rate: Annotated[float | None, typer.Option(min=0.1, help="Transactions a second at most.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Lanes at work at once.")] = 8,
    drain_buffer: Annotated[bool, typer.Option(help="On AWS: take the messages out of the buffer queue.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the ledger to this file, too.")] = None,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Send card transactions and account for each; exit code 1 when anything differs from what was expected."""
    if (file is None) == (number is None):
        raise UserError("name a CSV file or say --generate N (one of the two)")
    deployed = open_stage(target, stage)
    transactions = list(islice(_transactions(deployed, file, number, seed, start), limit))
    if not transactions:
        raise UserError(f"{file} has no transactions: there is nothing to send")
    written = json_file.open("w") if json_file else None
    drain = drain_buffer or target is Target.EMBEDDED
    with progress_bars() as progress:
        ledger = carry_and_settle(
            deployed, transactions, rate=rate, concurrency=concurrency, drain_buffer=drain, progress=progress
        )
    ledger.render(out)
    if written:
        with written:
            written.write(ledger.to_json())
    if ledger.differences:
        raise typer.Exit(1)


def _transactions(
    stage: Stage, file: Path | None, number: int | None, seed: int, start: datetime | None
) -> Iterator[Transaction]:
    if file is not None:
        return read_transactions(file)
    assert number is not None
    begin = start.replace(tzinfo=UTC) if start else None
    return generate(number, seed, RuleParameters.of(stage.outputs), begin)
