"""Alarms on metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from collections.abc import Iterator

from hallmark.observe.deployment import Deployment, Thing, picked

ALARM = "AWS::CloudWatch::Alarm"
_SETTINGS = (
    *("AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "OKActions", "InsufficientDataActions"),
    *("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period", "EvaluationPeriods"),
    *("DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "Unit", "Metrics"),
    *("EvaluateLowSampleCountPercentile", "ThresholdMetricId"),
)


def alarms(deployment: Deployment) -> Iterator[Thing]:
    """Yield the alarms."""
    for alarm in deployment.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmTypes=["MetricAlarm"]):
        if deployment.is_ours(ALARM, alarm["AlarmName"]):
            yield Thing(ALARM, alarm["AlarmName"], picked(alarm, *_SETTINGS))


READERS = {ALARM: alarms}
