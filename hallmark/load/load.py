"""What a system offers to be put under load: its traffic, its address, and the reconciliation of a run."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import ClassVar

from hallmark.load.account import Account
from hallmark.load.kinds import Kinds
from hallmark.load.outcome import Arithmetic, Measure
from hallmark.load.plan import Arrival, Mix
from hallmark.load.reconciliation import Reconciliation
from hallmark.load.run_file import RunFile
from hallmark.progress import Callback
from hallmark.sending.item import Item
from hallmark.stage import Stage
from infra.errors import UserError

# Returns a request's headers with its signature, from its URL, its body and its headers.
Sign = Callable[[str, bytes, Mapping[str, str]], Mapping[str, str]]


@dataclass(frozen=True)
class Target:
    """The address of requests, and the key of an item's; a client over its quota calls `api_id`, too.

    An API of AWS itself wants a signature instead of a key.
    """

    url: str
    key_of: Callable[[Item], str] | None = None
    api_id: str = ""
    sign: Sign | None = None


@dataclass(frozen=True)
class Following:
    """A second POST of an arrival, which needs no key: its name, and the statuses that accept it."""

    name: str
    url: str
    body: bytes
    content_type: str
    accepted: frozenset[int]


class Load(ABC):
    """A system's load; `measures` are its own, in addition to those of every system, each with its unit.

    `arithmetic` tells how a measure that is computed of others comes about, by its name.
    """

    kinds: ClassVar[Kinds]
    measures: ClassVar[Mapping[str, tuple[Measure, str]]] = {}
    arithmetic: ClassVar[Mapping[str, Arithmetic]] = {}
    # So many times a run's rate its floor sustains.
    floor_times: ClassVar[float] = 2

    @abstractmethod
    def mix(self, stage: Stage) -> Mix:
        """Return the source of a stage's items and their bodies."""

    @abstractmethod
    def target(self, stage: Stage) -> Target:
        """Return the address that accepts requests."""

    def mix_again(self) -> Mix | None:
        """Return the source of items without a stage; by default none, where none decides what is timed."""
        return None

    def url(self, target: Target, item: Item) -> str:
        """Return the address of an item's request; by default it is the same for all."""
        return target.url

    def headers(self, item: Item) -> Mapping[str, str]:
        """Return the headers of an item's request, its type among them; by default that of JSON."""
        return {"Content-Type": "application/json"}

    @abstractmethod
    def receipt(self, answer: bytes) -> str:
        """Return what reconciling needs of an accepted request's answer, such as when it was received."""

    def following(self, item: Item, answer: bytes) -> Following | None:
        """Return the second request of an item whose first one was accepted; by default there is none."""
        return None

    def observing(self, stage: Stage) -> AbstractContextManager[None]:
        """Return what lasts from before a run until after its reconciliation: what can only be heard meanwhile."""
        return nullcontext()

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

    def floor(self, stage: Stage) -> tuple[str, Mapping[str, str]]:
        """Return the template of a no-op stack behind the same gateway, and its parameters; UserError for none."""
        raise UserError(f"{stage.system} has no floor: leave `floor` out of its scenarios")

    def sustained(self, floor: Stage) -> float | None:
        """Return how many requests a second a floor answers at most; None where only offering them can tell."""
        return None
