"""What a row says, as its file has it and as the table has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hallmark.csv_files.problems import Problem


@dataclass(frozen=True, slots=True)
class Content:
    """A valid row's values: `timestamp` in Unix milliseconds, amounts are equal by value."""

    transaction_id: str
    timestamp: int
    card_token: str
    amount: Decimal
    currency: str
    country: str
    merchant_category: str
    card_present: bool
    time_zone: str | None

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> "Content":
        """Return what an item of kind transaction says."""
        return cls(
            transaction_id=item["transaction_id"].split("#", 1)[1],
            timestamp=int(item["timestamp"]),
            card_token=item["cardToken"],
            amount=item["amount"],
            currency=item["currency"],
            country=item["country"],
            merchant_category=item["merchantCategory"],
            card_present=item["cardPresent"],
            time_zone=item.get("timeZone"),
        )


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: its content, or its problems."""

    line: int
    content: Content | None
    problems: tuple[Problem, ...] = ()


Reading = Problem | tuple[Record, ...]  # a refused file has one problem
