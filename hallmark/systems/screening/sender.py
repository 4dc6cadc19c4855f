"""Sends one transaction, and waits for it as long as the next of its lane must."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from hallmark.sending.outcome import Outcome, Status
from hallmark.systems.screening.machine import Execution, Machine
from hallmark.systems.screening.plain.content import hash_of
from hallmark.systems.screening.table import SCREENING, StateTable
from hallmark.systems.screening.transaction import RECORDED, Transaction

# What is not recorded by then never is, or is stuck: the ledger says what became of it.
PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.05


@dataclass
class Sender:
    """The sender of a run; `executions` collects what was started, by the transaction's number.

    What is ill-formed leaves no trace in the table, so its execution is always waited for.
    """

    machine: Machine
    table: StateTable
    is_sync: bool
    executions: dict[int, Execution] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def send(self, one: Transaction) -> Outcome[Transaction]:
        """Return the outcome of a transaction: accepted means that its execution was started."""
        waits = self.is_sync or one.identity is None
        try:
            execution = (self.machine.run if waits else self.machine.start)(one.text)
        except (ClientError, BotoCoreError) as error:
            return Outcome(one, Status.FAILED, reason=_reason(error))
        self.executions[one.number] = execution
        if not waits and one.awaited:
            self._wait(one)
        return Outcome(one, Status.ACCEPTED, received_at=execution.started_at)

    def _wait(self, one: Transaction) -> None:
        end = self.clock() + PATIENCE_SECONDS
        while not self._is_far_enough(one) and self.clock() < end:
            self.sleep(_LOOK_SECONDS)

    def _is_far_enough(self, one: Transaction) -> bool:
        assert one.identity is not None  # what has none is not awaited
        under = self.table.under(one.identity.id)
        content = hash_of(one.value)
        known = under.of(content)
        if content is None:  # refused, and nothing that follows depends on it
            return bool(under.items)
        if known is None:
            return under.unchecked is not None
        return one.awaited == RECORDED or known["status"] != SCREENING


def _reason(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        return str(error.response["Error"]["Code"])
    return f"no answer ({type(error).__name__})"
