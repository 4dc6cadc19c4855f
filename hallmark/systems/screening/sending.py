"""Sending of transactions, and their ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import randbits
from typing import ClassVar

from hallmark import clock
from hallmark.ledger.subscription import Subscription, subscribed
from hallmark.progress import Callback
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Run
from hallmark.sending.sending import Options, Sending
from hallmark.stage import Stage
from hallmark.systems.screening import files
from hallmark.systems.screening.ledger import ScreeningLedger
from hallmark.systems.screening.machine import Execution, Machine
from hallmark.systems.screening.mix.generate import generate
from hallmark.systems.screening.reconcile import reconcile
from hallmark.systems.screening.sender import Sender
from hallmark.systems.screening.table import StateTable
from hallmark.systems.screening.transaction import Transaction
from infra.errors import UserError
from infra.screening.outputs import Output

_SEED_BITS = 32


class Transactions(Sending[Transaction]):
    """Transactions of JSON-lines files, or generated ones."""

    nouns: ClassVar[str] = "transactions"
    takes: ClassVar[frozenset[str]] = frozenset(
        {"files", "generate", "seed", "start", "limit", "rate", "concurrency", "sync"}
    )

    def __init__(self) -> None:
        self._executions: dict[int, Execution] = {}
        self._heard: Subscription | None = None
        self._is_sync = False

    def items(self, stage: Stage, options: Options) -> Iterator[Transaction]:
        """Yield the files' transactions in time order, or generated ones; UserError for a line that is broken."""
        self._is_sync = options.sync
        if options.generate is None:
            for name in ("seed", "start"):
                if name in options.given:
                    raise UserError(f"--{name} is for --generate")
            return iter(files.read(options.files))
        begin = options.start.replace(tzinfo=UTC) if options.start else None
        # Two runs without a seed must not be the same transactions.
        seed = options.seed if options.seed is not None else randbits(_SEED_BITS)
        if begin and begin > clock.now():
            raise UserError(
                f"transactions of {begin:%Y-%m-%d %H:%M:%S} are refused: give --start a time that has passed"
            )
        return iter(files.in_lanes(generate(options.generate, seed, begin)))

    @contextmanager
    def observing(self, stage: Stage) -> Iterator[None]:
        """Hear the topic of alerts for as long as the run."""
        with subscribed(stage, stage.outputs[Output.ALERTS_TOPIC_ARN]) as heard:
            self._heard = heard
            yield

    def sender(self, stage: Stage, started_at: datetime, http: Http) -> Callable[[Transaction], Outcome[Transaction]]:
        """Return what starts the workflow with a transaction."""
        return Sender(Machine(stage), StateTable(stage), self._is_sync, self._executions).send

    def reconcile(self, stage: Stage, run: Run[Transaction], options: Options, progress: Callback) -> ScreeningLedger:
        """Wait until all are decided or given up, and compare what is stored and told with a plain reading."""
        return reconcile(stage, run, self._executions, self._heard, progress)
