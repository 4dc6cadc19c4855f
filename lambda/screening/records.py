"""Conditional updates of a record of `transaction-state`: what stands in the way of one is returned, not raised."""

from typing import Any, Optional

from botocore.exceptions import ClientError
from shared_python.table import Table, plain

from screening.items import Item

_REFUSED = "ConditionalCheckFailedException"
# Of what is recorded, only an accepted transaction names its customer.
IS_ACCEPTED = "attribute_exists(customer_id)"
# A final state is written once.
IS_OPEN = f"{IS_ACCEPTED} AND attribute_not_exists(decision)"


class RecordMissing(Exception):
    """No accepted transaction is recorded under an id and a time."""


def update(table: Table, condition: str, **asked: Any) -> Optional[Item]:
    """Do an update; return None, or the accepted record as it stands if the condition refuses it.

    RecordMissing when there is none.
    """
    try:
        table.update_item(
            ConditionExpression=condition,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **asked,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != _REFUSED:
            raise
        # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
        found = plain(error.response.get("Item", {}))
        if "customer_id" not in found:
            raise RecordMissing from None
        return found
    return None


def within(customer: str, after: int, until: int) -> Item:
    """Return the keys of a query for a customer's transactions within (after, until], by the index of customers."""
    return {
        "KeyConditionExpression": "#customer = :customer AND #time BETWEEN :after AND :until",
        "ExpressionAttributeNames": {"#customer": "customer_id", "#time": "timestamp"},
        "ExpressionAttributeValues": {":customer": customer, ":after": after + 1, ":until": until},
    }
