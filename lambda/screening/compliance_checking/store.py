"""What `compliance_checking` asks of AWS: a customer's cash, and the end of a record."""

from collections.abc import Callable, Iterator
from typing import Any, Optional

import boto3
from boto3.dynamodb.conditions import Attr, Key
from shared_python.task import CONFIG

from screening.compliance_checking.logic import Task
from screening.compliance_checking.rules import Cash
from screening.items import CUSTOMER_TIME, DECIDED, Item, key, open_part
from screening.records import IS_OPEN, update
from screening.transaction import CASH, content_hash


class Store:
    """The state table; `now` returns the time of a state as text."""

    def __init__(self, table: str, now: Callable[[], str]) -> None:
        self._table: Any = boto3.resource("dynamodb", config=CONFIG).Table(table)
        self._now = now

    def cash(self, customer: str, after: int, until: int) -> Iterator[tuple[str, Cash]]:
        """Yield a customer's cash within (after, until], with the transactions' ids.

        The index has accepted transactions only, and is eventually consistent.
        """
        asked: dict[str, Any] = {
            "IndexName": CUSTOMER_TIME,
            "KeyConditionExpression": Key("customer_id").eq(customer) & Key("timestamp").between(after + 1, until),
            "FilterExpression": Attr("channel").eq(CASH),
        }
        while True:
            page = self._table.query(**asked)
            for one in page["Items"]:
                yield one["transaction_id"], Cash(int(one["timestamp"]), one["usd"])
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

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
