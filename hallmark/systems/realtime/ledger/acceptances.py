"""From which run the stage accepted a transaction, where several runs sent it at the same time."""

from collections.abc import Collection

from hallmark.parallel import each
from hallmark.sending import trace
from hallmark.stage import Stage
from hallmark.systems.realtime.outputs import Output

_ACCEPTANCE = "0#accepted"


def accepted_from_others(stage: Stage, identities: Collection[str], mark: str) -> set[str]:
    """Return the transactions whose acceptance record has the trace of another run's request."""
    if not mark:
        return set()

    def is_of_others(identity: str) -> bool:
        key = {"transactionId": {"S": identity}, "ts": {"S": _ACCEPTANCE}}
        found = stage.client("dynamodb").get_item(
            TableName=stage.outputs[Output.AUDIT_LOGS_TABLE],
            Key=key,
            ProjectionExpression="traceId",
            ConsistentRead=True,
        )
        trace_id = found.get("Item", {}).get("traceId", {}).get("S", "")
        return bool(trace_id) and not trace.is_of(trace_id, mark)

    ordered = sorted(identities)
    return {identity for identity, others in zip(ordered, each(is_of_others, ordered), strict=True) if others}
