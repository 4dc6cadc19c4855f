"""What a system offers to be put under load: its traffic, its address, and the reconciliation of a run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hallmark.load.account import Account
from hallmark.load.kinds import Kinds
from hallmark.load.outcome import Measure
from hallmark.load.plan import Arrival, Mix
from hallmark.load.reconciliation import Reconciliation
from hallmark.load.run_file import RunFile
from hallmark.progress import Callback
from hallmark.stage import Stage


@dataclass(frozen=True)
class Target:
    """The address and the key of requests; `api_id` is the API that a client over its quota also calls."""

    url: str
    key: str
    api_id: str


class Load(ABC):
    """A system's load; `measures` are its own, in addition to those of every system, each with its unit."""

    kinds: ClassVar[Kinds]
    measures: ClassVar[Mapping[str, tuple[Measure, str]]] = {}

    @abstractmethod
    def mix(self, stage: Stage) -> Mix:
        """Return the source of a stage's items and their bodies."""

    @abstractmethod
    def target(self, stage: Stage) -> Target:
        """Return the address that accepts requests."""

    @abstractmethod
    def received_at(self, answer: bytes) -> str:
        """Return when an accepted request was received, according to its answer."""

    @abstractmethod
    def reconcile(
        self,
        stage: Stage,
        run: RunFile,
        planned: Sequence[Arrival],
        drain_buffer: bool,
        account: Account,
        progress: Callback,
    ) -> Reconciliation:
        """Wait until the system is quiet, and reconcile every regular item of a run, including the warm-up's.

        What can be counted only once is kept in the run's account, and taken from it when the run is judged again.
        """

    @abstractmethod
    def floor(self, stage: Stage) -> tuple[str, Mapping[str, str]]:
        """Return the template of a no-op stack behind the same gateway, and its parameters."""
