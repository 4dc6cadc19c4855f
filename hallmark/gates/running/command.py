"""Ordinary commands as a gate: their output is shown, their exit code is evidence."""

import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from hallmark.evidence import Evidence, manifest
from hallmark.evidence.expected import OF_SYSTEMS, OF_THE_HOUSE, SCENARIOS
from hallmark.evidence.ledgers import LEDGER_VARIABLE, sent
from hallmark.evidence.recorder import Recorder, recorded
from hallmark.evidence.substance import LEDGER
from hallmark.gates.running.systems import each_system
from hallmark.project import BUILD, ROOT, tool_environment
from hallmark.revision import template_digests
from infra.errors import UserError
from infra.systems import STAGES, SYSTEM_VARIABLE, System

# Commands could not leave what their evidence holds.
OWN_PROGRAMS = {*OF_THE_HOUSE, *OF_SYSTEMS, *SCENARIOS} - {"transactions"}
# Evidence of a gate of this name would be in the manifest's file.
MANIFEST = "manifest"
LEDGERS = BUILD / "test-results"


def bring_up(system: System, stage: str = STAGES[0]) -> None:
    """Deploy a system's stage to the embedded stage of this checkout; UserError when that fails."""
    if _run([sys.executable, "-m", "hallmark", "up", "--system", system.name, "--stage", stage], {}):
        raise UserError(f"the stage of {system.name} cannot be deployed: see above")


def run_gate(gate: str, words: Sequence[str], named: str | None = None, up: bool = False) -> int:
    """Run the commands, separated by `--`; UserError without any. With `up` each system's stage is deployed first.

    A gate of systems, or any with a named system, runs them for each system, with its name in $HALLMARK_SYSTEM.
    """
    commands = [list(group) for separator, group in groupby(words, lambda word: word == "--") if not separator]
    if not commands:
        raise UserError("name a command: hallmark gate NAME -- COMMAND...")

    if not manifest.GATE.fullmatch(gate) or gate == MANIFEST:
        raise UserError(
            f"{gate!r} cannot be a gate's name: use small letters, digits and hyphens, and not `{MANIFEST}`"
        )
    if gate in OWN_PROGRAMS:
        raise UserError(f"the gate {gate} has a program of its own: run `tox -e {gate}`")

    def of_system(system: System, record: Recorder) -> None:
        if up:
            bring_up(system)
        ledger = (LEDGERS / system.name / f"{gate}{LEDGER}").resolve()
        ledger.parent.mkdir(parents=True, exist_ok=True)
        ledger.unlink(missing_ok=True)
        record.commands += map(shlex.join, commands)
        if _first_failure(commands, {SYSTEM_VARIABLE: system.name, LEDGER_VARIABLE: str(ledger)}):
            record.fail()
        if ledger.is_file():
            record.files.append(ledger)
            found = sent(ledger)
            record.detail, record.target = found.counts, found.target
            record.places.append(found.place)

    def same(evidence: Evidence) -> bool:
        return evidence.commands == tuple(map(shlex.join, commands))

    return each_system(gate, of_system, named, fits=same) if gate in OF_SYSTEMS else run_commands(gate, commands)


def run_commands(
    gate: str, commands: Sequence[list[str]], templates: Callable[[str | None], dict[str, str]] = template_digests
) -> int:
    """Run the commands one after the other; return the first exit code that is not 0.

    Their output is not captured. `templates` returns nothing where the result does not depend on templates.
    """
    with recorded(gate, templates=templates) as record:
        record.commands += map(shlex.join, commands)
        code = _first_failure(commands, {})
        if code:
            record.fail()
    return code


def _first_failure(commands: Sequence[list[str]], variables: Mapping[str, str]) -> int:
    """Run all commands, so that one run shows every failure; return the first exit code that is not 0."""
    codes = [_run(command, variables) for command in commands]
    return next((code for code in codes if code), 0)


def _run(command: list[str], variables: Mapping[str, str]) -> int:
    try:
        return subprocess.run(command, cwd=ROOT, env=tool_environment(variables), check=False).returncode
    except OSError as error:
        raise UserError(f"{command[0]}: {(error.strerror or 'cannot be run').lower()}") from None
