"""merchant_upload's failures: notifications that validation failed on, and batches of the stream.

A batch's message has no record, only where the records stand in the stream. Each is read again and given to the
function, which does nothing twice; what the stream no longer has is rebuilt from the table's rows of that time.
"""

import json
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from hallmark.naming import thing
from hallmark.redrive.failures import Failures
from hallmark.redrive.work import Refused, Unknown, Work
from hallmark.stage import Stage
from hallmark.systems.merchant_upload.failure_letters import Trimmed, batch_of, rebuilt_records, stream_records
from infra.merchant_upload.outputs import Output

Json = dict[str, Any]
_BATCH, _ATTEMPTS, _PAUSE_SECONDS = 100, 3, 1.0


def _shape(stage: Stage, message: Mapping[str, Any]) -> Work | None:
    batch = batch_of(message)
    if batch is None:
        return None
    function = str(message.get("requestContext", {}).get("functionArn", ""))
    ours = stage.outputs[Output.ANOMALY_DETECTION_ARN]
    if function.split(":")[:7] != ours.split(":")[:7]:
        raise Unknown("its function is not the one that judges rows")
    if not _is_of(stage, str(batch.get("streamArn", ""))):
        raise Unknown("its stream is not that of the stage's table")
    name = thing(stage, ours.split(":")[6])
    try:
        records = stream_records(stage, batch)
        what = f"invoke {name} with records of the stream"
    except Trimmed:
        records = rebuilt_records(stage, batch)
        what = f"invoke {name} with rows of the table"
    return Work(what, partial(_judge, stage, ours, records))


def _is_of(stage: Stage, stream_arn: str) -> bool:
    # A table made again under the same name has another stream: then only its rows are judged again.
    return stream_arn.split("/stream/")[0].rsplit("/", 1)[-1] == stage.outputs[Output.TRANSACTIONS_TABLE]


def _judge(stage: Stage, function: str, records: Sequence[Json]) -> None:
    """Have records judged, batch by batch; Refused when some fail again and again."""
    for begin in range(0, len(records), _BATCH):
        left = list(records[begin : begin + _BATCH])
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE_SECONDS)
            left = _failed(left, _invoked(stage, function, left))
            if not left:
                break
        if left:
            raise Refused(f"{len(left)} of its {len(records)} records fail again")


def _invoked(stage: Stage, function: str, records: Sequence[Json]) -> Json:
    answer = stage.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps({"Records": records}, default=str).encode()
    )
    said = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise Refused(f"the function ended with {(said or {}).get('errorType', 'an error')}")
    return said if isinstance(said, dict) else {}


def _failed(records: Sequence[Json], said: Json) -> list[Json]:
    """Return the records that must come again: as for Lambda, from the first that failed on.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    numbers = {str(one.get("itemIdentifier")) for one in said.get("batchItemFailures") or []}
    if not numbers:
        return []
    places = [place for place, one in enumerate(records) if one["dynamodb"]["SequenceNumber"] in numbers]
    return list(records[min(places, default=0) :])


FAILURES = Failures(
    queues=(Output.VALIDATION_FAILURE_QUEUE_URL, Output.ANOMALY_FAILURE_QUEUE_URL),
    functions=(Output.VALIDATION_ARN, Output.ANOMALY_DETECTION_ARN),
    shape=_shape,
)
