"""Alarms as rows of data; each names its runbook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
_SQS, _LAMBDA, _API, _STATES = "AWS/SQS", "AWS/Lambda", "AWS/ApiGateway", "AWS/States"
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


@dataclass(frozen=True)
class RateSpec:
    """One alarm: it goes off when `part` is more than so many percent of `whole`, both sums of one period.

    While nothing happens the rate is zero, not missing.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    thing: str
    meaning: str
    runbook: str
    namespace: str
    part: str
    whole: str
    dimensions: Mapping[str, str]
    percent: float
    period_seconds: int = FIVE_MINUTES

    @property
    def queries(self) -> list[cloudwatch.CfnAlarm.MetricDataQueryProperty]:
        """The rate, and the two metrics that it is made of."""
        part, whole = self.part.lower(), self.whole.lower()
        rate = cloudwatch.CfnAlarm.MetricDataQueryProperty(
            id="rate",
            label=f"{self.part} in percent of {self.whole}",
            expression=f"IF({whole} > 0, 100 * {part} / {whole}, 0)",
            return_data=True,
        )
        return [rate, self._sum(part, self.part), self._sum(whole, self.whole)]

    def _sum(self, query: str, metric: str) -> cloudwatch.CfnAlarm.MetricDataQueryProperty:
        kinds = cloudwatch.CfnAlarm
        return kinds.MetricDataQueryProperty(
            id=query,
            metric_stat=kinds.MetricStatProperty(
                metric=kinds.MetricProperty(
                    namespace=self.namespace, metric_name=metric, dimensions=_dimensions(self.dimensions)
                ),
                period=self.period_seconds,
                stat="Sum",
            ),
            return_data=False,
        )


Alarm = AlarmSpec | RateSpec


class Alarms(Construct):
    """One alarm per row, all to the same topic; `runbooks` is the folder of the runbooks that they name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        names: Names,
        specs: Sequence[Alarm],
        topic_arn: str,
        runbooks: str,
    ) -> None:
        super().__init__(scope, construct_id)
        for spec in specs:
            self._alarm(names, spec, topic_arn, runbooks)

    def _alarm(self, names: Names, spec: Alarm, topic_arn: str, runbooks: str) -> None:
        cloudwatch.CfnAlarm(
            self,
            spec.thing,
            alarm_name=names.of(spec.thing, "alarm"),
            alarm_description=f"{spec.meaning} Runbook: {runbooks}/{spec.runbook}.md",
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            # An idle system sends no data.
            treat_missing_data="notBreaching",
            alarm_actions=[topic_arn],
            **(_rate(spec) if isinstance(spec, RateSpec) else _metric(spec)),
        )


def _metric(spec: AlarmSpec) -> dict[str, Any]:
    percentile = spec.statistic if spec.statistic.startswith("p") else None
    return {
        "namespace": spec.namespace,
        "metric_name": spec.metric,
        "dimensions": _dimensions(spec.dimensions),
        "statistic": None if percentile else spec.statistic,
        "extended_statistic": percentile,
        "threshold": spec.threshold,
        "period": spec.period_seconds,
    }


def _rate(spec: RateSpec) -> dict[str, Any]:
    return {"metrics": spec.queries, "threshold": spec.percent}


def _dimensions(named: Mapping[str, str]) -> list[cloudwatch.CfnAlarm.DimensionProperty]:
    return [cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in named.items()]


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
    yield _sum_of(function, "Errors", "fails")
    yield throttles(function)


def throttles(function: Function) -> AlarmSpec:
    """Return the alarm of a function that Lambda does not run."""
    return _sum_of(function, "Throttles", "is called more often than it may run")


def error_rate(function: Function, percent: float) -> RateSpec:
    """Return the alarm of a function that fails more often than so many percent of its invocations."""
    return RateSpec(
        thing=f"{function.node.id}-errors",
        meaning=f"More than {percent} % of the invocations of {function.node.id} fail.",
        runbook="function-errors",
        namespace=_LAMBDA,
        part="Errors",
        whole="Invocations",
        dimensions={"FunctionName": function.name},
        percent=percent,
    )


def _sum_of(function: Function, metric: str, meaning: str) -> AlarmSpec:
    return AlarmSpec(
        thing=f"{function.node.id}-{metric.lower()}",
        meaning=f"{function.node.id} {meaning}.",
        runbook=f"function-{metric.lower()}",
        namespace=_LAMBDA,
        metric=metric,
        dimensions={"FunctionName": function.name},
        statistic="Sum",
        threshold=0,
    )


def of_workflow(arn: str) -> Iterator[AlarmSpec]:
    """Return the alarms of a state machine.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    """
    for thing, metric, meaning in (
        ("failed", "ExecutionsFailed", "An execution of the workflow failed."),
        ("timed-out", "ExecutionsTimedOut", "An execution of the workflow ended after five minutes, without its end."),
        ("throttled", "ExecutionThrottled", "Step Functions holds executions of the workflow back."),
    ):
        yield AlarmSpec(
            thing=f"workflow-{thing}",
            meaning=meaning,
            runbook=f"workflow-{thing}",
            namespace=_STATES,
            metric=metric,
            dimensions={"StateMachineArn": arn},
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
