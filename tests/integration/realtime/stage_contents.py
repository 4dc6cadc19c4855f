"""What a stage of realtime keeps, to look for what must not be there."""

import json
from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from tests.support import stage_contents


def archived(stage: Stage) -> int:
    """How many events the transaction bus's archive holds."""
    count: int = stage.client("events").describe_archive(ArchiveName=stage.outputs[Output.TRANSACTION_ARCHIVE])[
        "EventCount"
    ]
    return count


def rows(stage: Stage, table: Output) -> list[dict[str, Any]]:
    """The items of the table of a stack output, without their types."""
    pages = stage.client("dynamodb").get_paginator("scan").paginate(TableName=stage.outputs[table], ConsistentRead=True)
    items = [item for page in pages for item in page["Items"]]
    return [{name: next(iter(value.values())) for name, value in item.items()} for item in items]


def everything(stage: Stage, targets: Any) -> Iterator[str]:
    """Every row, log line, object and message of the stage; what is in the buffer is received once, by the targets."""
    yield from stage_contents.everything(stage, but=stage.outputs[Output.BUFFER_QUEUE_URL])
    targets.buffer("")
    yield from (json.dumps(message) for message in targets.buffered)
