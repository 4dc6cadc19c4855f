"""One fault's trial: the transactions that are started under it, and what became of them."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from threading import Lock
from typing import Any, ClassVar

from hallmark import clock
from hallmark.ledger.messages import look
from hallmark.sending.outcome import Outcome, Status
from hallmark.stage.embedded.faults import Injected, Injection
from hallmark.systems.screening.following import is_finished
from hallmark.systems.screening.letters import WorkflowLetter, letter_of
from hallmark.systems.screening.machine import Execution, Machine
from hallmark.systems.screening.plain.content import hash_of
from hallmark.systems.screening.table import FINAL, StateTable
from hallmark.systems.screening.transaction import Transaction
from hallmark.tables import Item
from infra.screening.outputs import Output
from tests.integration.screening.faults.injections import IDS, KEPT, LOUD, MARKED
from tests.support.faults import FaultTrial, wait_for

Json = dict[str, Any]
# An execution takes so long at most, and those of other trials wait beside it.
SLA_SECONDS = 300.0
VERIFIED_BEFORE = timedelta(days=30)


@dataclass(kw_only=True)
class Trial(FaultTrial):
    """The transactions of one fault; `executions` by the transactions' numbers.

    `fails` is what the branch of failures must have done, by execution; `stays` are the transactions whose letter
    says too little to start them again.
    """

    STARTS: ClassVar[Lock] = Lock()

    numbers: Iterator[int]
    outcomes: list[Outcome[Transaction]] = field(default_factory=list)
    executions: dict[int, Execution] = field(default_factory=dict)
    fails: dict[str, frozenset[str]] = field(default_factory=dict)
    stays: set[str] = field(default_factory=set)
    _own: Iterator[int] = field(default_factory=count)

    @property
    def machine(self) -> Machine:
        return Machine(self.stage)

    @property
    def table(self) -> StateTable:
        return StateTable(self.stage)

    def transaction(self, values: Mapping[str, Any] = LOUD) -> Transaction:
        """Return a new transaction of a new customer, of just now; with values of its own."""
        name, now = f"{self.prefix}{next(self._own)}", clock.now()
        return self.of(
            {
                "transaction_id": name,
                "timestamp": clock.to_text(now),
                "amount": 12.5,
                "currency": "USD",
                "merchant_id": "merchant-of-trials",
                "customer_id": f"c-{name}",
                "merchant_country": "US",
                "customer_country": "US",
                "kyc": {"status": "verified", "verified_at": clock.to_text(now - VERIFIED_BEFORE)},
                **values,
            }
        )

    def of(self, value: Any) -> Transaction:
        """Return a transaction that says this."""
        return Transaction(next(self.numbers), json.dumps(value), value)

    def again(self, one: Transaction, **values: Any) -> Transaction:
        """Return the same transaction as it is sent again, or another content under its id."""
        return self.of({**one.value, **values})

    def start(self, one: Transaction) -> Execution:
        """Start an execution with a transaction; note the outcome."""
        with self.STARTS:
            execution = self.machine.start(one.text)
        return self.noted(one, execution)

    def answered(self, one: Transaction) -> Execution:
        """Run an execution with a transaction to its end; note the outcome."""
        return self.noted(one, self.machine.run(one.text))

    def noted(self, one: Transaction, execution: Execution) -> Execution:
        """Note the outcome of what was started."""
        self.answers[200] += 1
        self.executions[one.number] = execution
        self.outcomes.append(Outcome(one, Status.ACCEPTED, received_at=execution.started_at))
        return execution

    def record(self, one: Transaction) -> Item | None:
        """Return what the table has of a transaction's content."""
        return self.table.under(one.value["transaction_id"]).of(hash_of(one.value))

    def ended(self, one: Transaction) -> Item:
        """Wait until a transaction is decided and its alerts are told; return its item."""

        def found() -> Item | None:
            item = self.record(one)
            return item if is_finished(item) and item and item["status"] == FINAL else None

        item = wait_for(found, f"the end of {one.id}", SLA_SECONDS)
        assert item is not None
        return item

    def give_up(self, execution: Execution, done: frozenset[str]) -> None:
        """Wait until an execution fails; the reckoning compares what is done about that."""
        self.fails[execution.arn] = done
        if KEPT in done:
            wait_for(lambda: self.letters(execution), f"the letter of {self.fault}", SLA_SECONDS)
        if MARKED in done:
            wait_for(lambda: self.marked(execution), f"the mark of {self.fault}", SLA_SECONDS)

    def marked(self, execution: Execution) -> bool:
        """Return whether the table says that an execution failed."""
        one = self._of(execution)
        if one.identity is None:
            return False
        under = self.table.under(one.identity.id)
        if under.unchecked and under.unchecked["execution"] == execution.arn:
            return str(under.unchecked["status"]) == "failed"
        return "failed" in (under.of(hash_of(one.value)) or {}).get("states", {})

    def _of(self, execution: Execution) -> Transaction:
        (number,) = [number for number, known in self.executions.items() if known == execution]
        (found,) = [outcome.item for outcome in self.outcomes if outcome.item.number == number]
        return found

    def letters(self, execution: Execution) -> list[WorkflowLetter]:
        """Return the letters about an execution, which stay in their queue."""
        return [one for one in letters(self) if one.execution == execution.arn]

    def faults(self, injections: Sequence[Injection], ids: str = "") -> AbstractContextManager[list[Injected]]:
        """Arm faults that strike the calls for this trial's transactions, or for those whose ids begin so."""
        return self.struck(injections, {IDS: ids or self.prefix})

    def invoke(self, output: Output, event: Json) -> Json:
        """Call a function as the workflow does."""
        answer = self.stage.client("lambda").invoke(
            FunctionName=self.stage.outputs[output], Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer
        found: Json = json.load(answer["Payload"])
        return found


def letters(trial: Trial) -> list[WorkflowLetter]:
    """Return all letters in the queue of failures, where they stay."""
    found = look(trial.stage, trial.stage.outputs[Output.FAILURE_QUEUE_URL])
    known = (letter_of(json.loads(message.body)) for message in found)
    return [letter for letter in known if letter]


Scenario = Callable[[Trial], None]
