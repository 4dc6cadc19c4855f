"""What a system offers `hallmark send`: items, how to send one, and the ledger of a run."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Generic

from hallmark.ledger.ledger import Ledger
from hallmark.progress import Callback
from hallmark.sending.http import Http
from hallmark.sending.outcome import I, Outcome, Run
from hallmark.stage import Stage


@dataclass(frozen=True)
class Options:
    """The options of `hallmark send`, those of all systems; unset ones are empty or None.

    `rows` is per generated file, `merchants` or `banks` how many send, `bank` is the only one, `report_date` a day in
    ISO 8601, `rate` in items a second over all lanes, `concurrency` in concurrent items, `start` an aware time.
    """

    files: tuple[Path, ...] = ()
    generate: int | None = None
    rows: int | None = None
    merchants: int | None = None
    banks: int | None = None
    bank: str | None = None
    report_date: str | None = None
    seed: int | None = None
    start: datetime | None = None
    limit: int | None = None
    rate: float | None = None
    concurrency: int | None = None
    drain_buffer: bool = False
    sync: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        """Return the names of the options that are set."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) != one.default)


class Sending(ABC, Generic[I]):
    """A system's items; `takes` are the options that it supports, `nouns` the plural name of its items."""

    nouns: ClassVar[str]
    takes: ClassVar[frozenset[str]]

    @abstractmethod
    def items(self, stage: Stage, options: Options) -> Iterator[I]:
        """Yield the items of the files, or generated ones; UserError for a file that cannot be read."""

    def observing(self, stage: Stage) -> AbstractContextManager[object]:
        """Return what is open from before the first item is sent until the ledger is made, such as a subscription."""
        return nullcontext()

    @abstractmethod
    def sender(self, stage: Stage, started_at: datetime, http: Http) -> Callable[[I], Outcome[I]]:
        """Return what sends one item and waits for its answer; several threads call it at once."""

    @abstractmethod
    def reconcile(self, stage: Stage, run: Run[I], options: Options, progress: Callback) -> Ledger:
        """Wait until the system is quiet and return the ledger, judged against independent expectations."""
