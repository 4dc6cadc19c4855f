"""Completion in bash, zsh, fish and PowerShell: its scripts, their installation, and words that options take.

The words are found in names and texts of files; nothing is parsed, so that a key press stays cheap.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from typer.completion import get_completion_inspect_parameters, install_callback, show_callback

from hallmark.project import ROOT
from infra.errors import UserError
from infra.systems import NAMES

# Set by the scripts while a shell asks what may follow.
ASKED = "_HALLMARK_COMPLETE"
SHOW, INSTALL = "--show-completion", "--install-completion"
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_POLICIES = ROOT / "policies"
_ID = re.compile(r"^ *- (?:\{ *)?id: ([A-Z][A-Z0-9_]+)", re.MULTILINE)


def prepare() -> None:
    """Let the command answer the shells' questions."""
    get_completion_inspect_parameters()


def set_up(option: str, shell: str | None, context: Any) -> NoReturn:
    """Print the script of a shell, or install it; the shell that runs the command unless one is named. Ends with 0."""
    shell = shell or _running_shell()
    if shell not in SHELLS:
        raise UserError(f"there is no completion for the shell {shell}: use one of {', '.join(SHELLS)}")
    (show_callback if option == SHOW else install_callback)(context, context.command.params[0], shell)
    sys.exit(0)


def _running_shell() -> str:
    import shellingham

    try:
        name: str = shellingham.detect_shell()[0]
    except (shellingham.ShellDetectionFailure, OSError):
        raise UserError(f"no shell is known here: name one after the option, such as `{SHOW} bash`") from None
    return name


def systems(incomplete: str) -> list[str]:
    """Return the systems that begin so."""
    return _beginning(NAMES, incomplete)


def scenarios(incomplete: str) -> list[str]:
    """Return the load scenarios of all systems that begin so."""
    return _beginning((file.stem for file in (ROOT / "load" / "scenarios").glob("*/*.yaml")), incomplete)


def controls(incomplete: str) -> list[str]:
    """Return the ids of controls, of all systems and of the ready catalogues, that begin so."""
    files = [*(_POLICIES / "controls").glob("*.yaml"), *(_POLICIES / "catalogues").glob("*.yaml")]
    return _beginning((one for file in files for one in _ID.findall(file.read_text(encoding="utf-8"))), incomplete)


def policies(incomplete: str) -> list[str]:
    """Return the library's policies that begin so: `topic/name`."""
    return _beginning(
        (f"{file.parent.name}/{file.stem}" for file in (_POLICIES / "library").glob("*/*.yaml")), incomplete
    )


def explained(incomplete: str) -> list[str]:
    """Return the ids of policies and controls that begin so."""
    return policies(incomplete) + controls(incomplete)


def catalogues(incomplete: str) -> list[str]:
    """Return the names of the ready catalogues that begin so, else files."""
    found = _beginning((file.stem for file in (_POLICIES / "catalogues").glob("*.yaml")), incomplete)
    folder = "".join(incomplete.rpartition("/")[:2])
    files = (f"{folder}{file.name}{'/' * file.is_dir()}" for file in Path(folder or ".").glob("*"))
    return found or _beginning(files, incomplete)


def _beginning(words: Iterable[str], incomplete: str) -> list[str]:
    return sorted({word for word in words if word.startswith(incomplete)})
