"""Changes by hand to running stages: is each one seen, and by what?

usage: python -m benchmarks.changes_by_hand [--list] [word ...], in the project's folder, after `hallmark build`
Deploys `dev` of every system that has a table, tests/integration/SYSTEM/changes_by_hand.yaml, to an emulator, makes its
changes one at a time, and takes each back. Prints for each the places that drift names, the controls that find a fault,
or the row of what is not read that tells of it. With words, only changes whose name has one of them.
Exit code 1 if a change is seen by nothing, or if one is not taken back.
"""

import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from benchmarks.calls_by_hand import Caller
from hallmark import yaml_lines
from hallmark.observe.comparison import Comparison, compare
from hallmark.project import ROOT
from hallmark.stage import Stage
from hallmark.stage.embedded.emulator import emulator
from hallmark.unread import unread
from hallmark.up import deploy_embedded
from infra.systems import SYSTEMS, System

TABLES, FILE, STAGE = ROOT / "tests" / "integration", "changes_by_hand.yaml", "dev"
Make = Callable[[Stage], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Change:
    """A change to a system's stage; `make` takes it back at its end. `unread` is a word of the row that tells of it."""

    system: str
    name: str
    services: str
    make: Make = field(repr=False)
    unread: str = ""


def _changed() -> list[System]:
    """Return the systems with a table of changes."""
    return [system for system in SYSTEMS if (TABLES / system.name / FILE).is_file()]


def changes() -> Iterator[Change]:
    """Yield every change, system by system."""
    for system in _changed():
        table: Mapping[str, Any] = yaml_lines.read(TABLES / system.name / FILE)
        for row in table["changes"]:
            services = ", ".join(dict.fromkeys(call.partition(".")[0] for call in row["do"]))
            yield Change(system.name, row["name"], services, partial(_made, table, row), row.get("unread", ""))


def _made(table: Mapping[str, Any], row: Mapping[str, Any], stage: Stage) -> AbstractContextManager[None]:
    return Caller(stage, table).made(row)


@dataclass(frozen=True)
class Seen:
    """What tells of a change."""

    places: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    row: str = ""

    def __bool__(self) -> bool:
        return bool(self.places or self.controls or self.row)

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal: two places at most, and how many more there are."""
        more = f" and {len(self.places) - 2} more" if len(self.places) > 2 else ""
        if self.places:
            yield f"drift: {', '.join(self.places[:2])}{more}"
        if self.controls:
            yield f"controls: {', '.join(self.controls)}"
        if self.row:
            yield f"not read: {self.row}"


def seen(found: Comparison, before: Comparison, change: Change) -> Seen:
    """Return what tells of a change: the comparisons of the stage with it and without."""
    new = [one for one in found.differences if one not in before.differences]
    places = tuple(
        dict.fromkeys(f"{one.difference.resource} {one.difference.path or one.difference.change}" for one in new)
    )
    concerned = {concern.control for one in new for concern in one.concerns}
    concerned |= {control for control, findings in found.findings.items() if findings != before.findings.get(control)}
    rows = [row.what for row in unread("embedded") if change.unread and change.unread in row.what]
    return Seen(places, tuple(sorted(concerned)), next(iter(rows), ""))


@contextmanager
def stages(names: Collection[str]) -> Iterator[dict[str, Stage]]:
    """Deploy each of these systems to an emulator, with the data that decides."""
    with emulator() as started:
        yield {name: deploy_embedded(started, name, STAGE, lambda step: None) for name in sorted(names)}


def main(words: Sequence[str]) -> int:
    """Make the changes, or with `--list` only name them."""
    wanted = [one for one in changes() if not words or words == ["--list"] or any(word in one.name for word in words)]
    if words == ["--list"]:
        print("\n".join(f"{one.system}  {one.services}  {one.name}" for one in wanted))
        return 0
    begin, wrong = time.monotonic(), list[str]()
    with stages({one.system for one in wanted}) as by_system:
        before = {system: compare(stage) for system, stage in by_system.items()}
        if changed := [system for system, found in before.items() if found.differences]:
            print(f"a fresh stage is not as declared: {', '.join(changed)}", file=sys.stderr)
            return 1
        for one in wanted:
            found, after = _tried(one, by_system[one.system], before[one.system])
            left = [now.difference for now in after.differences if now not in before[one.system].differences]
            before[one.system] = after
            lines = [*found.lines(), *(f"NOT TAKEN BACK: {difference}" for difference in left)]
            print(f"{'seen  ' if found else 'UNSEEN'}  {one.system}: {one.name}")
            print("".join(f"          {line}\n" for line in lines), end="", flush=True)
            wrong += [] if found and not left else [one.name]
    spent = time.monotonic() - begin
    print(f"\n{len(wanted)} changes, {len(wanted) - len(wrong)} seen and taken back, in {spent:.0f} s")
    return int(bool(wrong))


def _tried(change: Change, stage: Stage, before: Comparison) -> tuple[Seen, Comparison]:
    """Make a change and take it back; return what tells of it, and the stage afterwards."""
    found = Seen()
    try:
        with change.make(stage):
            found = seen(compare(stage), before, change)
    except ClientError as error:
        print(f"{change.name}: {error}", file=sys.stderr)
    return found, compare(stage)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
