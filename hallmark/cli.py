"""The command `hallmark`: its subcommands, and how it ends."""

import gc
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from rich.console import Console
from typer.core import TyperGroup

from hallmark.project import bypass_proxies_on_loopback, require_checkout
from infra.errors import UserError

INTERRUPTED = 130
# Where each command is, in the order of the help: a function, or a Typer of subcommands.
COMMANDS = {
    "rules": "rules:rules_app",
    "load": "load:load_app",
    "build": "stage:build",
    "up": "stage:up",
    "status": "stage:status",
    "down": "stage:down",
    "send": "send:send",
    "replay": "replay:replay",
    "redrive": "redrive:redrive",
    "digest": "digest:digest",
    "audit": "audit:audit",
    "drift": "drift:drift",
    "gate": "compliance:gate",
    "report": "compliance:report",
    "policy": "compliance:policy",
    "mutants": "compliance:mutants",
    "openapi": "openapi:openapi",
    "cost": "cost:cost",
}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from what is being imported, which stays: it takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class _Imported(Mapping[str, Any]):
    """The commands by their names, each imported when it is asked for: most start in half the time that all take."""

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = COMMANDS[name].partition(":")
        with _uncollected():
            found = getattr(import_module(f"hallmark.commands.{module}"), attribute)
        around = typer.Typer()
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=name)
        else:
            around.command(name)(found)
        return typer.main.get_group(around).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class _Commands(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**(settings | {"commands": _Imported()}))


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def about() -> None:
    """Serverless transaction pipelines on AWS that prove their own compliance."""


def run(words: Sequence[str] | None = None) -> int:
    """Run a command, by default that of the command line, and return how it ends; UserError when it is used wrongly."""
    try:
        ended = app(words, prog_name="hallmark", standalone_mode=False)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        problem = error.format_message().replace("Value error, ", "").strip().rstrip(".")
        if problem:
            raise UserError(f"{problem}; see {context.command_path if context else 'hallmark'} --help") from None
        # Without words: the help is there already.
        return error.exit_code
    except typer.Abort:
        # A question was not answered with yes.
        print("hallmark: nothing was done", file=sys.stderr)
        return 1
    return ended or 0


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
        sys.exit(run())
    except NoCredentialsError:
        _fail("no AWS credentials were found: set AWS_PROFILE, or run `aws configure`")
    except (UserError, BotoCoreError, ClientError, OSError) as error:
        _fail(str(error))


def _fail(message: str) -> None:
    Console(stderr=True).print(f"hallmark: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(2)
