"""The alarms, one row each."""

from collections.abc import Iterator, Sequence

from aws_cdk import aws_sqs as sqs

from infra.constructs.alarms import FIVE_MINUTES, AlarmSpec, of_api, of_function, visible
from infra.constructs.event_fanout import EventFanout
from infra.constructs.function.node import NodeFunction
from infra.constructs.rest_api import KeyedRestApi
from infra.names import Names
from infra.realtime.archives import Archives
from infra.realtime.messaging import Queues
from infra.realtime.routing import Routing

RUNBOOKS = "docs/runbooks/realtime"
# A quarter of the buffer queue's retention.
BUFFER_AGE_SECONDS = 24 * 3600


def alarm_specs(
    names: Names,
    queues: Queues,
    routing: Routing,
    archives: Archives,
    functions: Sequence[NodeFunction],
    api: KeyedRestApi,
) -> list[AlarmSpec]:
    """Return every alarm of the system."""
    return [
        *_dead_letters(queues, [*routing.fanouts, archives.fanout]),
        _buffer_age(queues.buffer),
        *(spec for function in functions for spec in of_function(function)),
        *of_api(api, names.stage),
    ]


def _dead_letters(queues: Queues, fanouts: Sequence[EventFanout]) -> Iterator[AlarmSpec]:
    yield visible(queues.failure, "failure", "failure-queue", "A function gave up, or a publish failed.")
    yield visible(queues.parking, "parking", "parking-queue", "A failure could not be handled either.")
    yield visible(
        queues.buffer_dead_letter, "buffer-dead-letter", "dead-letter-queue", "A buffered event could not be handled."
    )
    for fanout in fanouts:
        rule = fanout.node.id
        meaning = f"An event of the rule {rule} did not reach a target."
        yield visible(fanout.dead_letter_queue, f"{rule}-dead-letter", "dead-letter-queue", meaning)


def _buffer_age(buffer: sqs.IQueue) -> AlarmSpec:
    return AlarmSpec(
        thing="buffer-age",
        meaning="Buffered events wait and will expire unread.",
        runbook="buffer-queue-age",
        namespace="AWS/SQS",
        metric="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": buffer.queue_name},
        statistic="Maximum",
        threshold=BUFFER_AGE_SECONDS,
        period_seconds=FIVE_MINUTES,
    )
