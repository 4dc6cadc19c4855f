"""Sending of card transactions, and their ledger."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from secrets import randbits
from typing import ClassVar

from hallmark.progress import Callback
from hallmark.sending.http import Http
from hallmark.sending.outcome import Outcome, Run
from hallmark.sending.sending import Options, Sending
from hallmark.stage import Stage
from hallmark.systems.realtime import api
from hallmark.systems.realtime.cards.card_csv import read_transactions
from hallmark.systems.realtime.cards.client import ApiClient
from hallmark.systems.realtime.cards.generator import generate
from hallmark.systems.realtime.cards.parameters import RuleParameters
from hallmark.systems.realtime.cards.transaction import Transaction
from hallmark.systems.realtime.ledger.card_ledger import CardLedger
from hallmark.systems.realtime.ledger.reconcile import reconcile

_SEED_BITS = 32


class Cards(Sending[Transaction]):
    """Card transactions in the public CSV layout, or generated ones."""

    nouns: ClassVar[str] = "transactions"
    takes: ClassVar[frozenset[str]] = frozenset(
        {"files", "generate", "seed", "start", "limit", "rate", "concurrency", "drain_buffer"}
    )

    def items(self, stage: Stage, options: Options) -> Iterator[Transaction]:
        """Yield the files' transactions one file after another, or generated ones."""
        if options.generate is None:
            return chain.from_iterable(map(read_transactions, options.files))
        begin = options.start.replace(tzinfo=UTC) if options.start else None
        # Two runs that begin in the same second must not be the same items by chance.
        seed = options.seed if options.seed is not None else 0 if begin else randbits(_SEED_BITS)
        return generate(options.generate, seed, RuleParameters.of(stage.outputs), begin)

    def sender(self, stage: Stage, started_at: datetime, http: Http) -> Callable[[Transaction], Outcome[Transaction]]:
        """Return what posts a transaction."""
        return ApiClient(api.url(stage), api.key(stage), started_at, http).send

    def reconcile(self, stage: Stage, run: Run[Transaction], options: Options, progress: Callback) -> CardLedger:
        """Wait until the pipeline is quiet; take the run's messages out of the buffer queue only on request."""
        return reconcile(stage, run, drain_buffer=options.drain_buffer, progress=progress)
