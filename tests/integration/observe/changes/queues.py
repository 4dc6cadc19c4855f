"""Changes to queues."""

import json
from collections.abc import Iterator

from hallmark.stage import Stage
from infra.realtime.outputs import Output
from tests.integration.observe.changes.table import by_hand


def _queue_policy(stage: Stage, policy: str) -> None:
    stage.client("sqs").set_queue_attributes(
        QueueUrl=stage.outputs[Output.BUFFER_QUEUE_URL], Attributes={"Policy": policy}
    )


@by_hand("QueuesbufferPolicy", "PolicyDocument.Statement[Deny sqs:*]", "RT_QUEUE_SECURE", reported_on="Queuesbuffer")
def a_queue_takes_plain_http(stage: Stage) -> Iterator[None]:
    url = stage.outputs[Output.BUFFER_QUEUE_URL]
    text = stage.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    before = json.loads(text)
    kept = [one for one in before["Statement"] if one["Effect"] == "Allow"]
    _queue_policy(stage, json.dumps({**before, "Statement": kept}))
    yield
    _queue_policy(stage, text)


@by_hand("Queuesfailure", "MessageRetentionPeriod", "RT_DLQ_REDRIVE")
def failures_are_kept_for_a_day(stage: Stage) -> Iterator[None]:
    by = {"QueueUrl": stage.outputs[Output.FAILURE_QUEUE_URL]}
    stage.client("sqs").set_queue_attributes(**by, Attributes={"MessageRetentionPeriod": "86400"})
    yield
    stage.client("sqs").set_queue_attributes(**by, Attributes={"MessageRetentionPeriod": "1209600"})
