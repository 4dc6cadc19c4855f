"""Everything that a stage keeps, to look for what must not be there."""

import json
from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from infra.systems import system_of


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
    """Every row, log line, object and message of the stage."""
    logs, tables, s3 = stage.client("logs"), stage.client("dynamodb"), stage.client("s3")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            yield from (event["message"] for event in page["events"])
    for name in tables.list_tables()["TableNames"]:
        for page in tables.get_paginator("scan").paginate(TableName=name):
            yield from (json.dumps(row) for row in page["Items"])
    # Names of buckets are shared by all systems and regions of the account.
    for bucket in s3.list_buckets()["Buckets"]:
        if bucket["Name"].startswith(f"{system_of(stage.system).slug}-"):
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
                for item in page.get("Contents", []):
                    yield item["Key"]
                    yield s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read().decode()
    targets.buffer("")
    yield from (json.dumps(message) for message in targets.buffered)
    for url in stage.client("sqs").list_queues()["QueueUrls"]:
        if url.rsplit("/", 1)[1] != stage.outputs[Output.BUFFER_QUEUE_URL].rsplit("/", 1)[1]:
            yield from _messages(stage, url)


def _messages(stage: Stage, url: str) -> list[str]:
    """The bodies of a queue's messages; each is received once and then visible again."""
    sqs = stage.client("sqs")
    received: list[Any] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30).get("Messages"):
        received += messages
    for message in received:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return [message["Body"] for message in received]
