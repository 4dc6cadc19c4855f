"""What `fraud_detection` asks of AWS: a customer's newest transactions, and the record's risk."""

from collections.abc import Callable, Iterable

from shared_python.table import Table

from screening.fraud_detection.logic import Task
from screening.items import CUSTOMER_TIME, SCORED, Item, key, plain
from screening.records import IS_OPEN, update, within

# A risk is by other rules: of another version, or changed without raising it.
_IS_BY_OTHERS = "risk.version <> :version OR risk_digest <> :digest"
_MAY_BE_KEPT = f"{IS_OPEN} AND (attribute_not_exists(risk) OR {_IS_BY_OTHERS})"


class Store:
    """The state table; `now` returns the time of a state as text."""

    def __init__(self, table: str, now: Callable[[], str]) -> None:
        self._table = Table(table)
        self._now = now

    def newest(self, customer: str, after: int, until: int, most: int) -> Iterable[tuple[str, int]]:
        """Return ids and times of a customer's newest transactions within (after, until], at most so many.

        The index has accepted transactions only, and is eventually consistent.
        """
        found, _ = self._table.query(
            **within(customer, after, until), IndexName=CUSTOMER_TIME, ScanIndexForward=False, Limit=most
        )
        return [(one["transaction_id"], int(one["timestamp"])) for one in found]

    def keep(self, task: Task, risk: Item, digest: str) -> Item:
        """Keep a transaction's risk, unless one by the same file, or a decision, stands; return what stands.

        So each attempt says the same, also when transactions came between them.
        """
        standing = update(
            self._table,
            _MAY_BE_KEPT,
            Key=key(task.id, task.time),
            UpdateExpression="SET risk = :risk, risk_digest = :digest, #states.#scored = :now",
            ExpressionAttributeNames={"#states": "states", "#scored": SCORED},
            ExpressionAttributeValues={
                ":risk": risk,
                ":version": risk["version"],
                ":digest": digest,
                ":now": self._now(),
            },
        )
        return risk if standing is None else plain(standing["risk"])
