"""What `compliance_checking` asks of AWS: a customer's cash, and the end of a record."""

from collections.abc import Callable, Iterator
from typing import Optional

from shared_python.table import Table

from screening.compliance_checking.logic import Task
from screening.compliance_checking.rules import Cash
from screening.items import CUSTOMER_TIME, DECIDED, Item, key, open_part
from screening.records import IS_OPEN, update, within
from screening.transaction import CASH, content_hash


class Store:
    """The state table; `now` returns the time of a state as text."""

    def __init__(self, table: str, now: Callable[[], str]) -> None:
        self._table = Table(table)
        self._now = now

    def cash(self, customer: str, after: int, until: int) -> Iterator[tuple[str, Cash]]:
        """Yield a customer's cash within (after, until], with the transactions' ids.

        The index has accepted transactions only, and is eventually consistent.
        """
        asked = within(customer, after, until)
        asked["IndexName"], asked["FilterExpression"] = CUSTOMER_TIME, "channel = :cash"
        asked["ExpressionAttributeValues"][":cash"] = CASH
        while True:
            page, last = self._table.query(**asked)
            for one in page:
                yield one["transaction_id"], Cash(int(one["timestamp"]), one["usd"])
            if last is None:
                return
            asked["ExclusiveStartKey"] = last

    def decide(self, task: Task, final: Item) -> Optional[Item]:
        """Write a transaction's end, unless it has one; return None, or the record that has.

        While alerts are due it is among the unfinished, so that it is found if its execution ends before it tells: also
        when another execution failed meanwhile and took it out.
        """
        due = bool(final["alerts"])
        said = {name: value for name, value in {**final, "status": DECIDED}.items() if name != "alerts" or due}
        names = {f"#a{place}": name for place, name in enumerate(said)}
        values = {f":a{place}": value for place, value in enumerate(said.values())}
        changes = ", ".join(f"{name} = {value}" for name, value in zip(names, values))
        still = ", #open = if_not_exists(#open, :open), opened_at = if_not_exists(opened_at, :now)"
        return update(
            self._table,
            IS_OPEN,
            Key=key(task.id, task.time),
            UpdateExpression=f"SET {changes}, #states.#decided = :now{still if due else ' REMOVE #open'}",
            ExpressionAttributeNames={**names, "#states": "states", "#decided": DECIDED, "#open": "open"},
            ExpressionAttributeValues={
                **{**values, ":now": self._now()},
                **({":open": open_part(content_hash(task.transaction))} if due else {}),
            },
        )
