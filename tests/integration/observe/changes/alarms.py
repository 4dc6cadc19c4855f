"""Changes to alarms."""

from collections.abc import Iterator
from typing import Any

from hallmark.stage import Stage
from tests.integration.observe.changes.names import ALARM, own_tags
from tests.integration.observe.changes.table import by_hand

Json = dict[str, Any]


def _put_alarm(stage: Stage, alarm: Json, **changed: Any) -> None:
    told_only = ("AlarmArn", "StateValue", "StateReason", "StateReasonData", "EvaluationState")
    settings = {key: value for key, value in alarm.items() if key not in told_only and "Timestamp" not in key}
    stage.client("cloudwatch").put_metric_alarm(**{**settings, **changed})


def _alarm(stage: Stage, name: str) -> Json:
    (alarm,) = stage.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    found: Json = alarm
    return found


@by_hand("Alarmsapilatency", "", "RT_ALARM_API", reported_on="ApiDeploymentStagedev")
def an_alarm_is_deleted(stage: Stage) -> Iterator[None]:
    before, cloudwatch = _alarm(stage, ALARM), stage.client("cloudwatch")
    tags = cloudwatch.list_tags_for_resource(ResourceARN=before["AlarmArn"])["Tags"]
    cloudwatch.delete_alarms(AlarmNames=[ALARM])
    yield
    _put_alarm(stage, before, Tags=own_tags(tags))


@by_hand("Alarmsfailurevisible", "Threshold", "RT_ALARM_DLQ")
def an_alarm_waits_for_a_thousand(stage: Stage) -> Iterator[None]:
    before = _alarm(stage, "realtime-failure-visible-dev")
    _put_alarm(stage, before, Threshold=1000)
    yield
    _put_alarm(stage, before)
