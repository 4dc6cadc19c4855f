"""The command `hallmark`: its subcommands and exit codes."""

import gc
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from inspect import cleandoc
from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from rich.console import Console
from typer.core import TyperGroup

from hallmark.project import bypass_proxies_on_loopback, require_checkout
from hallmark.systems.own_commands import OWN
from infra.errors import UserError
from infra.systems import system_of

INTERRUPTED = 130
# The place of each command, in the order of the help: a function, or a Typer of subcommands.
COMMANDS = {
    "systems": "systems:systems",
    "build": "stage:build",
    "up": "stage:up",
    "status": "stage:status",
    "down": "stage:down",
    "send": "send:send",
    "redrive": "redrive:redrive",
    "digest": "digest:digest",
    "drift": "drift:drift",
    "load": "load:load_app",
    "gate": "compliance:gate",
    "report": "compliance:report",
    "export": "compliance:export",
    "policy": "compliance:policy",
    "mutants": "compliance:mutants",
    "openapi": "openapi:openapi",
    "cost": "cost:cost",
}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Disable garbage collection while importing: modules are never freed, and start-up is a tenth faster."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _imported(place: str, name: str) -> Any:
    """Return the command at a place, `module:attribute`."""
    module, _, attribute = place.partition(":")
    with _uncollected():
        found = getattr(import_module(module), attribute)
    around = typer.Typer()
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=name)
    else:
        around.command(name)(found)
    return _flowing(typer.main.get_group(around).commands[name])


def _flowing(command: Any) -> Any:
    """Return a command whose help breaks its lines where the terminal ends, not where the source did."""
    paragraphs = cleandoc(command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for one in getattr(command, "commands", {}).values():
        _flowing(one)
    return command


class _Lazy(Mapping[str, Any]):
    """Commands by their names, each imported on demand: most start in half the time of importing all."""

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        self._package, self._places = package, places

    def __getitem__(self, name: str) -> Any:
        return _imported(f"{self._package}.{self._places[name]}", name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class _System(TyperGroup):
    """The own commands of one system; its package is imported with the first of them."""

    def __init__(self, system: str, **settings: Any) -> None:
        super().__init__(**(settings | {"commands": _Lazy(f"hallmark.systems.{system}.commands", OWN[system])}))


class _All(_Lazy):
    """The shared commands, then a group for each system with own commands, which also work outside the group."""

    def __init__(self) -> None:
        super().__init__("hallmark.commands", COMMANDS)
        self._aliases = aliases()

    def __getitem__(self, name: str) -> Any:
        if name in COMMANDS:
            return super().__getitem__(name)
        if name in OWN:
            about = f"{system_of(name).about.capitalize()}: {', '.join(OWN[name])}."
            return _System(name, name=name, help=about, no_args_is_help=True)
        owners = [f"hallmark {system} {name}" for system, own in OWN.items() if name in own]
        if len(owners) > 1:
            raise UserError(f"several systems have {name}: {' or '.join(owners)}")
        return _Lazy(f"hallmark.systems.{self._aliases[name]}.commands", OWN[self._aliases[name]])[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*COMMANDS, *OWN))

    def __len__(self) -> int:
        return len(COMMANDS) + len(OWN)

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS or name in OWN or any(name in own for own in OWN.values())


def aliases() -> dict[str, str]:
    """Return the own commands that work without the system's name, and their systems: those with a unique name."""
    names = [name for own in OWN.values() for name in own if name not in COMMANDS]
    return {name: system for system, own in OWN.items() for name in own if names.count(name) == 1}


class _Commands(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**(settings | {"commands": _All()}))


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def about() -> None:
    """Serverless transaction pipelines on AWS that prove their own compliance."""


def run(words: Sequence[str] | None = None) -> int:
    """Run a command, by default that of the command line; return its exit code. UserError for wrong usage."""
    try:
        ended = app(words, prog_name="hallmark", standalone_mode=False)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        problem = error.format_message().replace("Value error, ", "").strip().rstrip(".")
        if problem:
            raise UserError(f"{problem}; see {context.command_path if context else 'hallmark'} --help") from None
        # Without arguments: the help has been printed.
        return error.exit_code
    except typer.Abort:
        # The user did not confirm.
        print("hallmark: nothing was changed", file=sys.stderr)
        return 1
    return ended or 0


def _unwind(*_: object) -> None:
    raise SystemExit(INTERRUPTED)


def main() -> None:
    """Run the command; a user's error is one line and exit code 2, and a signal unwinds the running work."""
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
