"""The alarms, one row each."""

from collections.abc import Iterator, Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from infra.constructs import principals
from infra.constructs.alarms import AlarmSpec
from infra.constructs.event_fanout import EventFanout
from infra.constructs.function.node import NodeFunction
from infra.constructs.rest_api import KeyedRestApi
from infra.names import Names
from infra.realtime.archives import Archives
from infra.realtime.messaging import Queues
from infra.realtime.routing import Routing

_SQS, _LAMBDA, _API = "AWS/SQS", "AWS/Lambda", "AWS/ApiGateway"
RUNBOOKS = "docs/runbooks/realtime"
_FIVE_MINUTES = 300
# A quarter of the buffer queue's retention.
BUFFER_AGE_SECONDS = 24 * 3600
ERROR_RATE = 0.01
LATENCY_MS = 1000


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
        *(spec for function in functions for spec in _function(function)),
        *_api(api, names.stage),
    ]


def let_alarms_publish(names: Names, region: str) -> iam.PolicyStatement:
    """Allow CloudWatch to publish to the operators' topic, on behalf of this stage's alarms."""
    # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    alarms = f"arn:{Aws.PARTITION}:cloudwatch:{region}:{Aws.ACCOUNT_ID}:alarm:{names.of('*', 'alarm')}"
    return iam.PolicyStatement(
        sid="PublishFromAlarms",
        principals=[principals.service("cloudwatch.amazonaws.com")],
        actions=["sns:Publish"],
        conditions={
            "ArnLike": {"aws:SourceArn": alarms},
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
        },
    )


def _dead_letters(queues: Queues, fanouts: Sequence[EventFanout]) -> Iterator[AlarmSpec]:
    yield _visible(queues.failure, "failure", "failure-queue", "A function gave up, or a publish failed.")
    yield _visible(queues.parking, "parking", "parking-queue", "A failure could not be handled either.")
    yield _visible(
        queues.buffer_dead_letter, "buffer-dead-letter", "dead-letter-queue", "A buffered event could not be handled."
    )
    for fanout in fanouts:
        rule = fanout.node.id
        meaning = f"An event of the rule {rule} did not reach a target."
        yield _visible(fanout.dead_letter_queue, f"{rule}-dead-letter", "dead-letter-queue", meaning)


def _visible(queue: sqs.IQueue, thing: str, runbook: str, meaning: str) -> AlarmSpec:
    return AlarmSpec(
        thing=f"{thing}-visible",
        meaning=meaning,
        runbook=runbook,
        namespace=_SQS,
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": queue.queue_name},
        statistic="Maximum",
        threshold=0,
    )


def _buffer_age(buffer: sqs.IQueue) -> AlarmSpec:
    return AlarmSpec(
        thing="buffer-age",
        meaning="Buffered events wait and will expire unread.",
        runbook="buffer-queue-age",
        namespace=_SQS,
        metric="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": buffer.queue_name},
        statistic="Maximum",
        threshold=BUFFER_AGE_SECONDS,
        period_seconds=_FIVE_MINUTES,
    )


def _function(function: NodeFunction) -> Iterator[AlarmSpec]:
    """Return a metric by function name alone, which counts every version and alias.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
    """
    for metric, meaning in (("Errors", "fails"), ("Throttles", "is called more often than it may run")):
        yield AlarmSpec(
            thing=f"{function.node.id}-{metric.lower()}",
            meaning=f"{function.node.id} {meaning}.",
            runbook=f"function-{metric.lower()}",
            namespace=_LAMBDA,
            metric=metric,
            dimensions={"FunctionName": function.name},
            statistic="Sum",
            threshold=0,
        )


def _api(api: KeyedRestApi, stage: str) -> Iterator[AlarmSpec]:
    """Return an API metric: the 5XXError rate is its average, latency is in milliseconds.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    for thing, metric, statistic, threshold, meaning in (
        ("api-5xx", "5XXError", "Average", ERROR_RATE, "More than 1 % of the answers are errors of ours."),
        ("api-latency", "Latency", "p99", LATENCY_MS, "One answer in a hundred takes longer than a second."),
    ):
        yield AlarmSpec(
            thing=thing,
            meaning=meaning,
            runbook=thing,
            namespace=_API,
            metric=metric,
            dimensions={"ApiName": api.name, "Stage": stage},
            statistic=statistic,
            threshold=threshold,
            period_seconds=_FIVE_MINUTES,
        )
