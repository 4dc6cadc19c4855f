"""A transaction's risk: what indicates fraud, and what that adds up to. No clock: times are the transactions' own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from screening.fraud_detection.rules import Case, FraudRules
from screening.items import Item


@dataclass(frozen=True)
class Task:
    """What the workflow asks for: a transaction that is recorded under an id and a time, and its worth in dollars."""

    transaction: Mapping[str, Any]
    id: str
    time: int
    usd: Decimal

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Task":
        """Return the task of the workflow's event."""
        key = event["key"]
        return cls(event["transaction"], key["id"], int(key["time"]), Decimal(event["usd"]))


class Store(Protocol):
    """What a score needs of AWS."""

    def newest(self, customer: str, after: int, until: int, most: int) -> Iterable[tuple[str, int]]:
        """Return ids and times of a customer's newest transactions within (after, until], at most so many."""
        ...

    def keep(self, task: Task, risk: Item, digest: str) -> Item:
        """Keep a transaction's risk, unless one by the same file, or a decision, stands; return what stands."""
        ...


def detect(task: Task, rules: FraudRules, store: Store) -> Item:
    """Return the risk of a transaction: score, level, reasons and version; that which is kept."""
    customer = task.transaction["customer_id"]
    recorded = store.newest(customer, task.time - 1000 * rules.seconds, task.time, rules.count)
    others = tuple(time for id, time in recorded if id != task.id)
    return store.keep(task, risk(Case(task.transaction, task.usd, task.time, others), rules), rules.digest)


def risk(case: Case, rules: FraudRules) -> Item:
    """Return the risk of a case."""
    reasons = [code for code, (_, indicates) in rules.indicators.items() if indicates(case)]
    score = rules.score(reasons)
    return {"score": score, "level": rules.level(score), "reasons": reasons, "version": rules.version}
