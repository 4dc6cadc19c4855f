"""The command `hallmark`: its subcommands, and how it ends."""

import signal
import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from hallmark.commands.audit import audit
from hallmark.commands.common import err
from hallmark.commands.compliance import gate, mutants, policy, report
from hallmark.commands.cost import cost
from hallmark.commands.digest import digest
from hallmark.commands.drift import drift
from hallmark.commands.load import load_app
from hallmark.commands.openapi import openapi
from hallmark.commands.redrive import redrive
from hallmark.commands.replay import replay
from hallmark.commands.rules import rules_app
from hallmark.commands.send import send
from hallmark.commands.stage import build, down, status, up
from hallmark.errors import UserError
from hallmark.project import bypass_proxies_on_loopback, require_checkout

ABOUT = "Serverless transaction pipelines on AWS that prove their own compliance."
INTERRUPTED = 130
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=ABOUT)
app.add_typer(rules_app, name="rules")
app.add_typer(load_app, name="load")
for command in (
    build,
    up,
    status,
    down,
    send,
    replay,
    redrive,
    digest,
    audit,
    drift,
    gate,
    report,
    policy,
    mutants,
    openapi,
    cost,
):
    app.command()(command)


def _unwind(*_: object) -> None:
    raise SystemExit(INTERRUPTED)


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
