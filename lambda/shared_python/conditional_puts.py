"""Conditional writes of DynamoDB, many in one transaction, tried until each is decided."""

import random
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional

from botocore.exceptions import ClientError

Item = dict[str, Any]

# A transaction has at most so many actions.
MOST_ACTIONS = 100
_CANCELLED = "TransactionCanceledException"
# What passes by itself, as a reason or as an error of the whole call; the SDK repeats throttled calls before.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
_PASSING = {
    *("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"),
    *("ThrottlingException", "ProvisionedThroughputExceededException", "TransactionInProgressException"),
}
_MOST_WAITS = 12
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 3.0


class RowsNotWritten(Exception):
    """A transaction was refused for a reason that does not pass, or for too long."""


def put_all(client: Any, groups: Mapping[str, Sequence[Item]], in_time: Callable[[], None]) -> dict[str, Item]:
    """Do the actions of all groups that can be done; return what stands in the way of the others, by their names.

    A group's actions are done together or not at all. The first is a conditional Put that asks for the item that its
    condition meets (ReturnValuesOnConditionCheckFailure ALL_OLD), in DynamoDB's own types. One such item cancels a
    transaction, so the other groups are written again without it. `in_time` raises when too little time is left;
    RowsNotWritten after too many tries.
    """
    left, standing = dict(groups), dict[str, Item]()
    waits = 0
    while left:
        in_time()
        met = _transact(client, left)
        if met is None:
            break
        if not met:
            waits += 1
            if waits > _MOST_WAITS:
                raise RowsNotWritten("for too long")
            time.sleep(random.uniform(0, min(_LONGEST_WAIT, _FIRST_WAIT * 2**waits)))
        standing |= met
        left = {name: actions for name, actions in left.items() if name not in met}
    return standing


def _transact(client: Any, groups: Mapping[str, Sequence[Item]]) -> Optional[dict[str, Item]]:
    """Try one transaction; return None if it was done, else what cancelled it: nothing if that may pass."""
    try:
        client.transact_write_items(TransactItems=[action for actions in groups.values() for action in actions])
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _PASSING:
            return {}
        if code != _CANCELLED:
            raise
        return _standing(groups, error.response["CancellationReasons"])
    return None


def _standing(groups: Mapping[str, Sequence[Item]], reasons: Sequence[Item]) -> dict[str, Item]:
    """Return the items among a cancelled transaction's reasons, which are as many as its actions."""
    standing: dict[str, Item] = {}
    start = 0
    for name, actions in groups.items():
        own = reasons[start : start + len(actions)]
        start += len(actions)
        if "Item" in own[0]:
            standing[name] = own[0]["Item"]
            continue
        for reason in own:
            if reason["Code"] != "None" and reason["Code"] not in _PASSING:
                raise RowsNotWritten(reason["Code"])
    return standing
