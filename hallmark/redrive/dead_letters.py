"""A rule's dead letters: the original event, with the rule and the missed target as attributes.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
from contextlib import suppress
from functools import partial
from typing import Any

from hallmark.naming import thing
from hallmark.redrive.failures import Failures
from hallmark.redrive.input import target_input
from hallmark.redrive.queues import Queue
from hallmark.redrive.services import invoke, log, put_event, send
from hallmark.redrive.work import Unknown, Work
from hallmark.stage import Stage

Json = dict[str, Any]
_DEFAULT_BUS = "default"


def dead_letter(stage: Stage, queue: Queue, event: Json, rule_arn: str, target_arn: str, failures: Failures) -> Work:
    """Return the delivery of a dead letter to its target; Unknown when the rule no longer has it with this queue."""
    rule_name = rule_arn.rsplit("/", 1)[1]
    target = _target(stage, queue, rule_arn, target_arn)
    rule = thing(stage, rule_name) or rule_name
    kind, name = target_arn.split(":")[2], target_arn.split(":", 5)[5]
    where = f"deliver {rule} to {name}"
    match kind:
        case "lambda":
            return Work(where, partial(invoke, stage, target_arn, target_input(target, event)))
        case "sqs":
            return Work(where, partial(send, stage, target_arn, target_input(target, event)))
        case "events":
            return Work(where, partial(put_event, stage, _entry(target_arn, event)))
        case "logs":
            return Work(where, partial(log, stage, target_arn, target_input(target, event)))
        case "states":
            return Work(where, partial(failures.run, stage, target_arn, target_input(target, event)))
    raise Unknown(f"targets of type {kind} are not supported")


def _target(stage: Stage, queue: Queue, rule_arn: str, target_arn: str) -> Json:
    """Return the target after checking that this is its dead-letter queue: any sender could name another one."""
    events = stage.client("events")
    # The ARN of a rule of the default bus names no bus.
    bus, _, rule = rule_arn.split("rule/", 1)[1].rpartition("/")
    targets: list[Json] = []
    with suppress(events.exceptions.ResourceNotFoundException):
        pages = events.get_paginator("list_targets_by_rule").paginate(Rule=rule, EventBusName=bus or _DEFAULT_BUS)
        targets += [target for page in pages for target in page["Targets"]]
    for target in targets:
        if target["Arn"] == target_arn and target.get("DeadLetterConfig", {}).get("Arn") == queue.arn:
            return target
    raise Unknown(f"the rule {rule} has no target {target_arn.split(':', 5)[5]} with this dead-letter queue")


def _entry(bus_arn: str, event: Json) -> Json:
    """Return the event for another bus, with the trace of its detail: identical but for the id that PutEvents sets."""
    entry = {
        "EventBusName": bus_arn,
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "Time": event["time"],
        "Resources": event.get("resources", []),
    }
    trace = event["detail"].get("trace")
    if isinstance(trace, dict) and trace.get("header"):
        entry["TraceHeader"] = trace["header"]
    return entry
