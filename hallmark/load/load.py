"""What a system offers to be put under load: its traffic, its address, and how a run of it is accounted for."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hallmark.load.kinds import Kinds
from hallmark.load.outcome import Measure
from hallmark.load.plan import Arrival, Mix
from hallmark.load.reconciliation import Reconciliation
from hallmark.load.run_file import RunFile
from hallmark.progress import Callback
from hallmark.stage import Stage


@dataclass(frozen=True)
class Target:
    """Where requests go, with which key; `api_id` is the API that a client over its quota calls, too."""

    url: str
    key: str
    api_id: str


class Load(ABC):
    """A system's load; `measures` are its own beside those that every run has, each with its unit."""

    kinds: ClassVar[Kinds]
    measures: ClassVar[Mapping[str, tuple[Measure, str]]] = {}

    @abstractmethod
    def mix(self, stage: Stage) -> Mix:
        """Return what makes a stage's items and their bodies."""

    @abstractmethod
    def target(self, stage: Stage) -> Target:
        """Return where a stage takes requests."""

    @abstractmethod
    def received_at(self, answer: bytes) -> str:
        """Return when an accepted request was received, as its answer says."""

    @abstractmethod
    def before(self, stage: Stage) -> int:
        """Return what is counted before a run, for the account afterwards."""

    @abstractmethod
    def reconcile(
        self, stage: Stage, run: RunFile, planned: Sequence[Arrival], drain_buffer: bool, progress: Callback
    ) -> Reconciliation:
        """Wait until the system is quiet and account for every regular item of a run, the warm-up's too."""

    @abstractmethod
    def floor(self, stage: Stage) -> tuple[str, Mapping[str, str]]:
        """Return the template of a stack that does nothing behind the same gateway, and its parameters."""
