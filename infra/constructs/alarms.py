"""Alarms as rows of data; each names its runbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.names import Names


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
