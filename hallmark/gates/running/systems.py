"""A gate over systems: each is judged, with its own evidence, independently of the others' results."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hallmark.evidence.expected import chosen, judged
from hallmark.evidence.keeping import Fits, any_run, kept, noted
from hallmark.evidence.recorder import Recorder, recorded
from infra.errors import UserError
from infra.systems import NAMES, System

Body = Callable[[System, Recorder], None]


def exit_code(error: UserError) -> int:
    """Print a user's error in one line and return its exit code."""
    print(f"hallmark: {error}", file=sys.stderr)
    return 2


def each_system(
    gate: str,
    body: Body,
    named: str | None = None,
    goes_with: str = "",
    folder: Path | None = None,
    fits: Fits = any_run,
) -> int:
    """Run a gate's body for every chosen system whose controls require it, or require the gate that it `goes_with`.

    The evidence goes to `folder` if there is one; else evidence that holds, and `fits`, is kept. Return 0 when all
    passed, 1 when one failed, 2 when one could not be judged.
    """
    try:
        systems = judged(goes_with or gate, named)
        left_out = [system for system in chosen(named) if system not in systems]
        if named and left_out:
            raise UserError(f"no control of {named} requires the gate {gate}: it would judge nothing")
    except UserError as error:
        return exit_code(error)
    for system in left_out:
        print(f"{gate}: no control of {system.name} requires it")
    return max((_one(gate, body, system, folder, fits) for system in systems), default=0)


def _one(gate: str, body: Body, system: System, folder: Path | None, fits: Fits) -> int:
    if folder is None and (evidence := kept(gate, system.name, fits)):
        print(noted(evidence), flush=True)
        return 0
    try:
        with recorded(gate, system.name, folder=folder) as record:
            body(system, record)
    except UserError as error:
        return exit_code(error)
    return int(record.outcome == "failed")


def system_argument(gate: str, about: str | None, words: Sequence[str]) -> str | None:
    """Return the value of `--system` for a gate without other arguments."""
    parser = argparse.ArgumentParser(prog=f"python -m hallmark.gates.{gate}", description=about)
    add_system(parser)
    named: str | None = parser.parse_args(words).system
    return named


def add_system(parser: argparse.ArgumentParser) -> None:
    """Add `--system` to a gate's command line."""
    parser.add_argument("--system", choices=NAMES, help="only this system; by default $HALLMARK_SYSTEM, else all")
