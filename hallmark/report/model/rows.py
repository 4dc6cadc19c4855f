"""The rows of a report's tables: gates, waivers, faults, notes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from hallmark.evidence import Fault, Note, Place, PytestCounts, Target, file_of
from hallmark.evidence.record import label_of
from hallmark.faults import FaultSpec
from hallmark.waivers import Waiver


@dataclass(frozen=True)
class GateRow:
    """The outcome of a gate; `refused` or `missing` where there is no valid evidence.

    With evidence: who ran it where, with which versions of tools, on which stages, and the digests of its inputs.
    """

    name: str
    outcome: str
    seconds: float | None
    started: str = ""
    detail: str = ""
    commit: str = ""
    user: str = ""
    host: str = ""
    target: Target = "none"
    versions: Mapping[str, str] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    tests: PytestCounts | None = None
    commands: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    system: str | None = None

    @property
    def file(self) -> str:
        """The path of the gate's evidence; empty where there is none that counts."""
        return label_of(file_of(self.name, self.system)) if self.seconds is not None else ""

    @property
    def made_by(self) -> str:
        """Who ran it where, and with what, in one line."""
        tools = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return " · ".join(filter(None, (f"{self.user}@{self.host}" if self.user else "", tools)))


@dataclass(frozen=True)
class WaiverRow:
    """A waiver, the number of findings it covered, and the current day."""

    waiver: Waiver
    uses: int
    today: date

    @property
    def days_left(self) -> int:
        return (self.waiver.expires - self.today).days

    @property
    def deadlines(self) -> tuple[tuple[str, date, int], ...]:
        return tuple((what, day, (day - self.today).days) for what, day in self.waiver.deadlines)


@dataclass(frozen=True)
class FaultRow:
    """A fault of the table and the observations under it; None where it was not tried on this target."""

    spec: FaultSpec
    target: Target
    observed: Fault | None = None

    @property
    def outcome(self) -> str:
        """`passed`, `failed`, `missing`, or `not on AWS` where it cannot be tried."""
        if self.observed is None:
            return "not on AWS" if self.target == "aws" and self.spec.embedded_only else "missing"
        survived = not self.observed.lost and self.observed.duplicates <= self.spec.duplicates
        return "passed" if survived else "failed"


@dataclass(frozen=True)
class NoteRow:
    """A resource of a type that no policy knows, which names a resource of ours; `gate` is whose policies looked."""

    gate: str
    resource: str
    type: str
    names: str
    text: str
    template: str = ""
