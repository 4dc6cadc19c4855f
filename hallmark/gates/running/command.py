"""Runs ordinary commands as a gate: what they print is shown, how they end is evidence."""

import subprocess
from collections.abc import Callable, Sequence
from itertools import groupby

from hallmark.evidence.recorder import recorded
from hallmark.project import ROOT, tool_environment
from hallmark.revision import template_digests
from infra.errors import UserError


def run_gate(gate: str, words: Sequence[str]) -> int:
    """Run the commands, separated by `--`; UserError without any."""
    commands = [list(group) for separator, group in groupby(words, lambda word: word == "--") if not separator]
    if not commands:
        raise UserError("name a command: hallmark gate NAME -- COMMAND...")
    return run_commands(gate, commands)


def run_commands(
    gate: str, commands: Sequence[list[str]], templates: Callable[[], dict[str, str]] = template_digests
) -> int:
    """Run the commands one after the other; return the first exit code that is not 0.

    All of them run, so that one run tells everything; their output goes where ours goes. `templates` is `dict` where
    what they say does not follow from templates.
    """
    with recorded(gate, templates=templates) as record:
        codes = [_run(command) for command in commands]
        code = next((code for code in codes if code), 0)
        if code:
            record.fail()
    return code


def _run(command: list[str]) -> int:
    try:
        return subprocess.run(command, cwd=ROOT, env=tool_environment(), check=False).returncode
    except OSError as error:
        raise UserError(f"{command[0]}: {(error.strerror or 'cannot be run').lower()}") from None
