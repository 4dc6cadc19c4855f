"""Alarms as rows of data; each names its runbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs import principals
from infra.constructs.function.base import Function
from infra.constructs.rest_api import KeyedRestApi
from infra.names import Names

FIVE_MINUTES = 300
_SQS, _LAMBDA, _API = "AWS/SQS", "AWS/Lambda", "AWS/ApiGateway"
_ERROR_RATE = 0.01
_LATENCY_MS = 1000


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm: it goes off when the statistic is above the threshold for one period.

    `statistic` is a CloudWatch statistic, or a percentile such as p99; the threshold is in the metric's unit.
    """

    thing: str
    meaning: str
    runbook: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    threshold: float
    period_seconds: int = 60


class Alarms(Construct):
    """One alarm per row, all to the same topic; `runbooks` is the folder of the runbooks that they name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        specs: Sequence[AlarmSpec],
        topic_arn: str,
        runbooks: str,
    ) -> None:
        super().__init__(scope, construct_id)
        for spec in specs:
            self._alarm(names, spec, topic_arn, runbooks)

    def _alarm(self, names: Names, spec: AlarmSpec, topic_arn: str, runbooks: str) -> None:
        percentile = spec.statistic if spec.statistic.startswith("p") else None
        cloudwatch.CfnAlarm(
            self,
            spec.thing,
            alarm_name=names.of(spec.thing, "alarm"),
            alarm_description=f"{spec.meaning} Runbook: {runbooks}/{spec.runbook}.md",
            namespace=spec.namespace,
            metric_name=spec.metric,
            dimensions=[
                cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in spec.dimensions.items()
            ],
            statistic=None if percentile else spec.statistic,
            extended_statistic=percentile,
            comparison_operator="GreaterThanThreshold",
            threshold=spec.threshold,
            period=spec.period_seconds,
            evaluation_periods=1,
            # An idle system sends no data.
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
        )


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


def visible(queue: sqs.IQueue, thing: str, runbook: str, meaning: str) -> AlarmSpec:
    """Return the alarm of a queue that should be empty."""
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


def of_function(function: Function) -> Iterator[AlarmSpec]:
    """Return the alarms of a function, by its name alone, which counts every version and alias.

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


def of_api(api: KeyedRestApi, stage: str) -> Iterator[AlarmSpec]:
    """Return the alarms of an API: the 5XXError rate is its average, latency is in milliseconds.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    """
    for thing, metric, statistic, threshold, meaning in (
        ("api-5xx", "5XXError", "Average", _ERROR_RATE, "More than 1 % of the answers are errors of ours."),
        ("api-latency", "Latency", "p99", _LATENCY_MS, "One answer in a hundred takes longer than a second."),
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
            period_seconds=FIVE_MINUTES,
        )
