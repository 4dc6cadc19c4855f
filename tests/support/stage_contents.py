"""Everything that a stage keeps, to look for what must not be there."""

import json
import re
from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage
from infra.systems import system_of

# What a function writes that did not expect its input.
_CRASH = re.compile(r"Traceback|Task timed out|Runtime\.|\[ERROR\]")


def everything(stage: Stage, but: str = "") -> Iterator[str]:
    """Yield every item, log line, version of an object and message of the stage, but those of one queue's URL."""
    yield from log_lines(stage)
    yield from _items(stage)
    yield from _objects(stage)
    for url in stage.client("sqs").list_queues().get("QueueUrls", []):
        if url.rsplit("/", 1)[1] != but.rsplit("/", 1)[-1]:
            yield from _messages(stage, url)


def crashes(stage: Stage) -> int:
    """Return how often functions of the stage have crashed."""
    return sum(1 for text in log_lines(stage) if _CRASH.search(text))


def log_lines(stage: Stage) -> Iterator[str]:
    """Yield every line of every log of the stage."""
    logs = stage.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            yield from (event["message"] for event in page["events"])


def _items(stage: Stage) -> Iterator[str]:
    tables = stage.client("dynamodb")
    for name in tables.list_tables()["TableNames"]:
        for page in tables.get_paginator("scan").paginate(TableName=name):
            yield from (json.dumps(item, ensure_ascii=False) for item in page["Items"])


def _objects(stage: Stage) -> Iterator[str]:
    s3 = stage.client("s3")
    # Names of buckets are shared by all systems and regions of the account.
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    for bucket in (name for name in buckets if f"{system_of(stage.system).slug}-" in name):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for item in page.get("Versions", []):
                yield item["Key"]
                found = s3.get_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])
                yield found["Body"].read().decode("utf-8", "replace")


def _messages(stage: Stage, url: str) -> list[str]:
    """The bodies of a queue's messages; each is received once and then visible again."""
    sqs = stage.client("sqs")
    received: list[Any] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=30).get("Messages"):
        received += messages
    for message in received:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
    return [message["Body"] for message in received]
