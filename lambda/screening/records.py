"""Conditional updates of a record of `transaction-state`: what stands in the way of one is returned, not raised."""

from typing import Any, Optional

from boto3.dynamodb.conditions import Attr, ConditionBase
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from screening.items import Item

_REFUSED = "ConditionalCheckFailedException"
_deserialize = TypeDeserializer().deserialize
# Of what is recorded, only an accepted transaction names its customer.
IS_ACCEPTED = Attr("customer_id").exists()
# A final state is written once.
IS_OPEN = IS_ACCEPTED & Attr("decision").not_exists()


class RecordMissing(Exception):
    """No accepted transaction is recorded under an id and a time."""


def update(table: Any, condition: ConditionBase, **asked: Any) -> Optional[Item]:
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
        # boto3 leaves the types of an error's item as they are.
        # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
        found = {name: _deserialize(value) for name, value in error.response.get("Item", {}).items()}
        if "customer_id" not in found:
            raise RecordMissing from None
        return found
    return None
