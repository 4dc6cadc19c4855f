"""The command `hallmark`: its subcommands and exit codes."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console

from hallmark import completion
from hallmark.lazy import Lazy, LazyGroup
from hallmark.project import NEEDS_PIPELINES, bypass_proxies_on_loopback
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
    "bundle": "bundle:bundle",
    "verify": "bundle:verify",
    "export": "compliance:export",
    "policy": "compliance:policy",
    "mutants": "compliance:mutants",
    "openapi": "openapi:openapi",
    "cost": "cost:cost",
}
# What works where only the package is installed: without the extra `pipelines`, and without a checkout.
LIGHT = frozenset({"policy", "verify"})
_OURS = ("hallmark", "infra", "policies")


def _own(system: str) -> Lazy:
    """Return the own commands of a system; its package is imported with the first of them."""
    return Lazy(f"hallmark.systems.{system}.commands", OWN[system])


def _about(system: str) -> str:
    return f"{system_of(system).about.capitalize()}: {', '.join(OWN[system])}."


class _All(Lazy):
    """The shared commands, then a group for each system with own commands, which also work outside the group."""

    def __init__(self) -> None:
        super().__init__("hallmark.commands", COMMANDS, LIGHT)
        self._aliases = aliases()

    def __getitem__(self, name: str) -> Any:
        if name in COMMANDS:
            return super().__getitem__(name)
        if name in OWN:
            return LazyGroup(_own(name), name=name, help=_about(name), no_args_is_help=True)
        owners = [f"hallmark {system} {name}" for system, own in OWN.items() if name in own]
        if len(owners) > 1:
            raise UserError(f"several systems have {name}: {' or '.join(owners)}")
        return _own(self._aliases[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*COMMANDS, *OWN))

    def __len__(self) -> int:
        return len(COMMANDS) + len(OWN)

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS or name in OWN or any(name in own for own in OWN.values())

    def summary(self, name: str) -> Any:
        """Return a command, or the group of a system, that can only be listed."""
        return super().summary(name) if name in COMMANDS else self.listed(name, _about(name))


def aliases() -> dict[str, str]:
    """Return the own commands that work without the system's name, and their systems: those with a unique name."""
    names = [name for own in OWN.values() for name in own if name not in COMMANDS]
    return {name: system for system, own in OWN.items() for name in own if names.count(name) == 1}


class _Commands(LazyGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(_All(), **settings)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the command; those of completion may be followed by a shell's name."""
        if args[:1] in ([completion.SHOW], [completion.INSTALL]) and not ctx.resilient_parsing:
            completion.set_up(args[0], args[1] if len(args) > 1 else None, ctx)
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from hallmark.version import version_line

        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version, and a checkout's commit."),
    ] = False,
    install_completion: Annotated[
        bool, typer.Option(completion.INSTALL, help="Install completion for this shell, or for the one named after it.")
    ] = False,
    show_completion: Annotated[
        bool, typer.Option(completion.SHOW, help="Print the script of completion for this shell, or for the one named.")
    ] = False,
) -> None:
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
    if completion.ASKED in os.environ:
        _complete()
    try:
        sys.exit(run())
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] in _OURS:
            raise
        _fail(f"{NEEDS_PIPELINES} (no module {error.name} is installed)")
    except (UserError, OSError) as error:
        _fail(str(error))
    except Exception as error:
        _fail(_of_aws(error))


def _of_aws(error: Exception) -> str:
    """Return the message of an error of boto3; any other is raised again. Where boto3 was not imported, none is its."""
    module = sys.modules.get("botocore.exceptions")
    if module and isinstance(error, module.NoCredentialsError):
        return "no AWS credentials were found: set AWS_PROFILE, or run `aws configure`"
    if module and isinstance(error, (module.BotoCoreError, module.ClientError)):
        return str(error)
    raise error


def _complete() -> None:
    """Answer the shell that asks what may follow: an error would stand in the middle of what is being typed."""
    completion.prepare()
    try:
        run()
    except Exception:
        sys.exit(0)


def _fail(message: str) -> None:
    Console(stderr=True).print(f"hallmark: {message}", style="red", highlight=False, markup=False, soft_wrap=True)
    sys.exit(2)
