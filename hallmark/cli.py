"""The command `hallmark`: options in, one line of error out; the work is done elsewhere."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from hallmark import deploy, presentation, rules
from hallmark.build import build as build_all
from hallmark.errors import UserError
from hallmark.mutants import mutants_command
from hallmark.policies import policy_command
from hallmark.project import BUILD, bypass_proxies_on_loopback, require_checkout
from hallmark.send import send as carry_and_settle
from hallmark.stage import Stage, aws, embedded
from hallmark.stage.deployed import DeployedStage, stack_name
from hallmark.stage.embedded import emulator as emulators
from hallmark.traffic.card_csv import read_transactions
from hallmark.traffic.generator import generate
from hallmark.traffic.outcome import Callback, Progress
from hallmark.traffic.parameters import RuleParameters
from hallmark.traffic.transaction import Transaction
from hallmark.up import RULES, SYSTEM, unprotect, up_aws, up_embedded

ABOUT = "Serverless transaction pipelines on AWS that prove their own compliance."
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=ABOUT)
rules_app = typer.Typer(no_args_is_help=True, help="The rules that verdicts are made by.")
app.add_typer(rules_app, name="rules")
out, err = Console(), Console(stderr=True)
INTERRUPTED = 130
DIED = "the embedded stage had died; what it left is cleaned up"


class Target(StrEnum):
    """Where a stage lives."""

    EMBEDDED = "embedded"
    AWS = "aws"


class StageName(StrEnum):
    """Which stage."""

    DEV = "dev"
    PROD = "prod"


TargetOption = Annotated[Target, typer.Option(help="An emulator on this machine, or the account that boto3 finds.")]
StageOption = Annotated[StageName, typer.Option(help="The stage.")]


def _announce(step: str) -> None:
    err.print(f"[dim]{datetime.now(UTC):%H:%M:%S}[/] {step} ...", highlight=False)


def _open(target: Target, stage: StageName) -> DeployedStage:
    open_stage = aws.open_stage if target is Target.AWS else embedded.open_stage
    return open_stage(SYSTEM, stage.value)


@app.command()
def build() -> None:
    """Install npm packages, bundle the functions, synthesize the stacks; only what changed."""
    if not build_all(_announce):
        err.print("everything is built")


@app.command()
def up(target: TargetOption = Target.EMBEDDED, stage: StageOption = StageName.DEV) -> None:
    """Start (embedded), deploy, publish the rules, and say how to reach the stage; again: what changed."""
    build_all(_announce)
    if target is Target.AWS:
        return presentation.aws_card(out, up_aws(stage.value, _announce))
    with _one_at_a_time():
        runs_already = emulators.running() is not None
        deployed = up_embedded(stage.value, _announce)
        if runs_already:
            err.print(f"an embedded stage ran already; {stage.value} is as the templates say")
        return presentation.embedded_card(out, deployed, embedded.environment(_require_emulator()))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let no second `up` or `down` of this checkout in meanwhile."""
    lock = FileLock(BUILD / ".stage.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        err.print("another `hallmark up` or `down` is at work; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _require_emulator() -> emulators.Emulator:
    running = emulators.running()
    if running is None:
        raise UserError("no embedded stage is running: run `hallmark up`")
    return running


@app.command()
def status(target: TargetOption = Target.EMBEDDED, stage: StageOption = StageName.DEV) -> None:
    """Say whether the stage runs, where, and what waits in its queues; exit code 1 when it does not run."""
    if target is Target.EMBEDDED:
        noted = emulators.noted()
        if not emulators.running():
            out.print(DIED if noted else "no embedded stage is running")
            raise typer.Exit(1)
    presentation.status(out, _open(target, stage))


@app.command()
def down(
    target: TargetOption = Target.EMBEDDED,
    stage: Annotated[StageName | None, typer.Option(help="Destroy this stage only; embedded: all by default.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a stage on AWS is destroyed.")] = False,
) -> None:
    """End the embedded stage without a trace, or destroy a stage's stack."""
    if target is Target.AWS:
        return _destroy_on_aws(stage, yes)
    BUILD.mkdir(exist_ok=True)
    with _one_at_a_time():
        noted = emulators.noted()
        if noted is None:
            out.print("nothing is running")
        elif stage is None or not noted.is_alive():
            died = not noted.is_alive()
            emulators.end(noted)
            out.print(DIED if died else "the embedded stage has ended; nothing is left of it")
        else:
            _announce(f"destroy {stage.value}")
            unprotect(embedded.stage_of(noted, SYSTEM, stage.value))
            deploy.destroy(SYSTEM, stage.value, embedded.environment(noted))
    return None


def _destroy_on_aws(stage: StageName | None, yes: bool) -> None:
    if stage is None:
        raise UserError("on AWS name the stage to destroy: hallmark down --target aws --stage dev")
    deployed = aws.open_stage(SYSTEM, stage.value)
    if deployed.protected:
        name = stack_name(SYSTEM, stage.value)
        command = (
            f"aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {name}"
        )
        raise UserError(f"stage {stage.value} is protected; lift the protection first: {command}")
    if not yes:
        typer.confirm(f"Destroy stage {stage.value} on AWS, with its data?", abort=True)
    build_all(_announce)
    deploy.destroy(SYSTEM, stage.value)


@app.command()
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
    deployed = _open(target, stage)
    transactions = list(islice(_transactions(deployed, file, number, seed, start), limit))
    if not transactions:
        raise UserError(f"{file} has no transactions: there is nothing to send")
    written = json_file.open("w") if json_file else None
    drain = drain_buffer or target is Target.EMBEDDED
    with _progress() as progress:
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


@contextmanager
def _progress() -> Iterator[Callback]:
    """A bar for each phase of a long work, on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with RichProgress(*columns, console=err) as bars:
        tasks: dict[str, TaskID] = {}

        def report(progress: Progress) -> None:
            if progress.phase not in tasks:
                tasks[progress.phase] = bars.add_task(progress.phase, total=progress.total)
            bars.update(tasks[progress.phase], completed=progress.done, total=progress.total)

        yield report


@rules_app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="The rules, as YAML.")] = RULES,
    target: TargetOption = Target.EMBEDDED,
    stage: StageOption = StageName.DEV,
) -> None:
    """Publish the rules as new, immutable versions; rules that did not change stay as they are."""
    presentation.published(out, rules.publish(_open(target, stage), file))


@app.command()
def gate(
    name: Annotated[str, typer.Argument(help="The gate; its evidence goes to build/evidence/NAME.json.")],
    words: Annotated[list[str], typer.Argument(metavar="-- COMMAND...", help="More commands follow after another --.")],
) -> None:
    """Run commands as a gate: show what they print, record how they end, exit with their code."""
    from hallmark.gates.command import run_gate

    raise typer.Exit(run_gate(name, words))


@app.command()
def report(system: Annotated[str, typer.Option(help="The system.")] = SYSTEM) -> None:
    """Join controls and evidence into build/report; exit code 1 when anything failed or is unproven."""
    from hallmark.report.command import report_command

    raise typer.Exit(report_command(system))


def _unwind(*_: object) -> None:
    raise SystemExit(INTERRUPTED)


@app.command()
def policy(
    templates: Annotated[list[Path], typer.Argument(help="Synthesized templates, JSON or YAML, from anywhere.")],
    system: Annotated[
        str | None, typer.Option(help="The system; by default what the template's metadata says.")
    ] = None,
    stage: Annotated[StageName | None, typer.Option(help="The stage; by default what the template says.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Judge templates by the policies; exit code 1 when one of them has a finding."""
    raise typer.Exit(policy_command(templates, system, stage.value if stage else None, as_json))


@app.command()
def mutants(
    system: Annotated[str, typer.Option(help="The system.")] = SYSTEM,
    control: Annotated[list[str] | None, typer.Option(help="Only this control; may be repeated.")] = None,
) -> None:
    """Break the synthesized templates in every way that the catalogue knows; exit code 1 when a policy misses one."""
    raise typer.Exit(mutants_command(system, set(control) if control else None))


def main() -> None:
    """Run the command; a user's error is one line and exit code 2, and a signal unwinds what was begun."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _unwind)
    bypass_proxies_on_loopback()
    try:
        require_checkout()
        app()
    except NoCredentialsError:
        _fail("no AWS credentials were found: set AWS_PROFILE, or run `aws configure`")
    except (UserError, BotoCoreError, ClientError, OSError) as error:
        _fail(str(error))


def _fail(message: str) -> None:
    err.print(f"hallmark: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(2)
