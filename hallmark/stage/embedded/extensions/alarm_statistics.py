"""Removes the `Average` that the emulator reports beside an alarm's percentile.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
"""

from typing import Any

from ministack.services import cloudwatch

from hallmark.stage.embedded.extensions.provisioning import after


def _one_statistic() -> None:
    for alarm in cloudwatch._alarms.values():
        if alarm.get("ExtendedStatistic"):
            alarm.pop("Statistic", None)


def install() -> None:
    """Remove the statistic when an alarm is put, by CloudFormation or by the API."""
    after("AWS::CloudWatch::Alarm", lambda name, properties: _one_statistic())
    put = cloudwatch._put_metric_alarm

    def put_metric_alarm(*args: Any, **options: Any) -> Any:
        answer = put(*args, **options)
        _one_statistic()
        return answer

    cloudwatch._put_metric_alarm = put_metric_alarm
