"""The tests that a session leaves out because their results hold: those of systems whose evidence is kept, and the
trunk's, if the system that they are tried on is one of these.

A trunk's test runs nevertheless where it proves a control of another system, or its file names others or all.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

from hallmark.evidence import EVIDENCE, pytest_results, read
from hallmark.evidence.pytest_results import Result
from hallmark.evidence.record import file_of
from infra.systems import NAMES, owner_of

# The system that the tests of no system are tried on, as their conftest.py says.
tried_on = pytest.StashKey[str]()
# What shows that a test looks at all systems.
_ALL = ("SYSTEMS", "NAMES", "REGIONS", "all_templates", "template_files", "infra.app")


def room_of(node: str) -> str | None:
    """Return the system in whose room a test is, by its id; None for a test of the house."""
    return next((part for part in Path(node.partition("::")[0]).parts if part in NAMES), None)


def controls_of(item: pytest.Item) -> list[str]:
    """Return the controls in a test's marks."""
    return sorted({str(name) for mark in item.iter_markers("control") for name in mark.args})


@dataclass(frozen=True)
class Kept:
    """What a session of a gate keeps: the results of these systems, and of the trunk where it is tried on one."""

    gate: str = ""
    systems: tuple[str, ...] = ()
    tried: str = ""
    folder: Path = EVIDENCE

    def has(self, item: pytest.Item) -> bool:
        """Return whether a test need not run."""
        room = room_of(item.nodeid)
        if room is not None:
            return room in self.systems
        owners = (owner_of(control) for control in controls_of(item))
        if any(owner is None or owner.name != self.tried for owner in owners):
            return False
        return item.nodeid in self._passed and not _names_others(item.path, self.tried)

    def trunk(self) -> list[Result]:
        """Return the results of the trunk's tests that are kept."""
        return [*self._passed.values()]

    @property
    def since(self) -> str:
        """When they were made, in UTC."""
        return read(file_of(self.gate, self.tried, self.folder)).started

    @cached_property
    def _passed(self) -> dict[str, Result]:
        if self.tried not in self.systems:
            return {}
        found = pytest_results.read(pytest_results.file_of(self.gate, self.tried, self.folder))
        return {one.test: one for one in found if room_of(one.test) is None and one.outcome == "passed"}


@cache
def _names_others(file: Path, tried: str) -> bool:
    words = [*_ALL, *(name for name in NAMES if name != tried)]
    return re.search(rf"\b({'|'.join(map(re.escape, words))})\b", file.read_text(encoding="utf-8")) is not None
