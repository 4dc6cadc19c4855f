"""A transaction's decision: made of its risk and its compliance, written once, with the alerts that are due.

No clock: times are the transactions' own. An execution that comes late says what another one decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Optional, Protocol

from screening.compliance_checking.rules import Case, Cash, ComplianceRules
from screening.items import APPROVED, BLOCKED, COMPLIANCE, FRAUD, REVIEW, TOLD, Item, alert_id, answer_of, plain
from screening.rules import PASS


@dataclass(frozen=True)
class Task:
    """What the workflow asks for: a transaction under its id and time, its worth in dollars, its risk, who asks."""

    transaction: Mapping[str, Any]
    id: str
    time: int
    usd: Decimal
    risk: Item
    execution: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Task":
        """Return the task of the workflow's event."""
        key, said = event["key"], (event["risk"], event["execution"])
        return cls(event["transaction"], key["id"], int(key["time"]), Decimal(event["usd"]), *said)


class Store(Protocol):
    """What a decision needs of AWS."""

    def cash(self, customer: str, after: int, until: int) -> Iterable[tuple[str, Cash]]:
        """Return a customer's cash within (after, until], with the transactions' ids."""
        ...

    def decide(self, task: Task, final: Item) -> Optional[Item]:
        """Write a transaction's end, unless it has one; return None, or the record that has."""
        ...


def check(task: Task, rules: ComplianceRules, store: Store, stage: str) -> Item:
    """Return the answer of a transaction that is decided now or was before, and the alerts to tell."""
    compliance = rules.check(_case(task, rules, store))
    decision = decide(compliance["verdict"], task.risk["score"], rules)
    final: Item = {
        **{"risk": task.risk, "compliance": compliance, "decision": decision, "decided_by": task.execution},
        "compliance_digest": rules.digest,
        "alerts": _alerts(task, compliance, decision, rules, stage),
    }
    standing = store.decide(task, final)
    if standing is None:
        return {"answer": answer_of({"transaction_id": task.id, **final}), "alerts": final["alerts"]}
    # The execution that decided tells: another attempt of it, whose answer was lost, still has to.
    tells = standing["decided_by"] == task.execution and TOLD not in standing["states"]
    return {"answer": answer_of(standing), "alerts": plain(standing.get("alerts", {})) if tells else {}}


def decide(verdict: str, score: int, rules: ComplianceRules) -> str:
    """Return the decision on a verdict and a score."""
    if verdict == "BLOCK":
        return BLOCKED
    return REVIEW if verdict == "REVIEW" or score >= rules.review_from else APPROVED


def _case(task: Task, rules: ComplianceRules, store: Store) -> Case:
    case = Case(task.transaction, task.usd, task.time)
    if not case.is_cash:
        return case
    found = store.cash(task.transaction["customer_id"], task.time - rules.window, task.time)
    return Case(task.transaction, task.usd, task.time, [cash for id, cash in found if id != task.id])


def _alerts(task: Task, compliance: Item, decision: str, rules: ComplianceRules, stage: str) -> Item:
    """Return the messages that are due, by kind: ids and scores only."""
    due: Item = {}
    if task.risk["score"] >= rules.alert_from:
        due[FRAUD] = {name: task.risk[name] for name in ("score", "level", "reasons")}
    if compliance["verdict"] != PASS:
        due[COMPLIANCE] = {"verdict": compliance["verdict"], "rules": [one["rule"] for one in compliance["rules"]]}
    parties = {"customerId": task.transaction["customer_id"], "merchantId": task.transaction["merchant_id"]}
    return {
        kind: {
            **{"alertId": alert_id(task.id, kind), "kind": kind, "stage": stage, "transactionId": task.id},
            **{**parties, "decision": decision, **said},
        }
        for kind, said in due.items()
    }
