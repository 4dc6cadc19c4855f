"""The stage's queues by their short names, and which of them hold failures."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hallmark.naming import thing
from hallmark.stage import Stage
from infra.errors import UserError

_COUNTS = tuple(f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed"))


@dataclass(frozen=True)
class Queue:
    """A queue; `source` is the queue whose dead-letter queue it is, None where Lambda or EventBridge fills it."""

    name: str
    url: str
    arn: str
    source: "Queue | None" = None


def find(stage: Stage, name: str, outputs: Sequence[str], beside: Sequence[str] = ()) -> Queue:
    """Return the queue with a short name, or a unique beginning of one; UserError that lists the names.

    `outputs` name the queues that take failures although they have a dead-letter queue; `beside` has other names.
    """
    failures = failures_of(stage, outputs)
    if name in failures:
        return failures[name]
    begun = [known for known in failures if known.startswith(name)]
    if len(begun) == 1:
        return failures[begun[0]]
    problem = f"{name} is ambiguous: {' or '.join(begun)}" if begun else f"there is no queue {name} to redrive"
    raise UserError(f"{problem}: name one of {', '.join((*failures, *beside))}")


def count(stage: Stage, queue: Queue) -> int:
    """Return how many messages a queue has, including those in flight; on AWS it is approximate."""
    answer = stage.client("sqs").get_queue_attributes(QueueUrl=queue.url, AttributeNames=list(_COUNTS))
    return sum(int(answer["Attributes"][name]) for name in _COUNTS)


def queues_of(stage: Stage) -> list[Queue]:
    """Return all queues of the stage, by name."""
    attributes = {url: _attributes(stage, url) for url in _urls(stage)}
    queues = {found["QueueArn"]: _queue(stage, url, found["QueueArn"]) for url, found in attributes.items()}
    sources: dict[str, Queue] = {}
    for found in attributes.values():
        if dead_letters := json.loads(found.get("RedrivePolicy", "{}")).get("deadLetterTargetArn"):
            sources[dead_letters] = queues[found["QueueArn"]]
    completed = (Queue(queue.name, queue.url, arn, sources.get(arn)) for arn, queue in queues.items())
    return sorted(completed, key=lambda queue: queue.name)


def failures_of(stage: Stage, outputs: Sequence[str]) -> Mapping[str, Queue]:
    """Return all queues but those with a dead-letter queue, which hold work unless they are listed as failures'."""
    queues = queues_of(stage)
    failing = {stage.outputs[name].rsplit("/", 1)[1] for name in outputs}
    working = {
        queue.source.arn for queue in queues if queue.source and queue.source.arn.rsplit(":", 1)[1] not in failing
    }
    return {queue.name: queue for queue in queues if queue.arn not in working}


def redrive_command(stage: Stage, name: str) -> str:
    """Return the command that repeats the work in a queue for failures, whatever else is up."""
    target = "" if stage.target == "embedded" else f" --target {stage.target}"
    return f"hallmark redrive {name} --system {stage.system}{target} --stage {stage.name}"


def _urls(stage: Stage) -> list[str]:
    pages = stage.client("cloudformation").get_paginator("list_stack_resources")
    resources = [
        resource
        for stack in stage.stacks
        for page in pages.paginate(StackName=stack)
        for resource in page["StackResourceSummaries"]
    ]
    return [found["PhysicalResourceId"] for found in resources if found["ResourceType"] == "AWS::SQS::Queue"]


def _attributes(stage: Stage, url: str) -> dict[str, Any]:
    wanted = ["QueueArn", "RedrivePolicy"]
    answer = stage.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=wanted)
    attributes: dict[str, Any] = answer["Attributes"]
    return attributes


def _queue(stage: Stage, url: str, arn: str) -> Queue:
    physical = arn.rsplit(":", 1)[1]
    return Queue(thing(stage, physical) or physical, url, arn)
