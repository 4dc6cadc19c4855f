"""Alarms on metrics and on alarms, and whatever mutes, shows or carries away what they watch.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
"""

import json
import re
from collections.abc import Iterator

from hallmark.naming import is_of
from hallmark.observe.deployment import Deployment, Json, Thing, picked, tags

ALARM, COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
_ACTIONS = ("ActionsEnabled", "AlarmActions", "OKActions", "InsufficientDataActions")
_SETTINGS = (
    *("AlarmName", "AlarmDescription", *_ACTIONS),
    *("Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period", "EvaluationPeriods"),
    *("DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "Unit", "Metrics"),
    *("EvaluateLowSampleCountPercentile", "ThresholdMetricId"),
)
_SUPPRESSED = ("ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod")
_STREAM = ("FirehoseArn", "RoleArn", "OutputFormat", "IncludeFilters", "ExcludeFilters")


def _names_ours(deployment: Deployment, text: str) -> bool:
    """Return whether a text, such as an alarm rule or a dashboard's body, has a name of the stage as a word."""
    return any(is_of(deployment.stage, word) for word in re.findall(r"[A-Za-z0-9_-]+", text))


def _tags(deployment: Deployment, arn: str | None) -> Json:
    asked = ("cloudwatch", "list_tags_for_resource", "ResourceNotFoundException")
    return tags(deployment.asked(*asked, ResourceARN=arn).get("Tags")) if arn else {}


def alarms(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stage's alarms, and those of others that watch something of it or act on it."""
    for alarm in deployment.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmTypes=["MetricAlarm"]):
        properties = picked(alarm, *_SETTINGS)
        if deployment.made(ALARM, alarm["AlarmName"]) or _names_ours(deployment, json.dumps(properties, default=str)):
            yield Thing(ALARM, alarm["AlarmName"], properties | _tags(deployment, alarm.get("AlarmArn")))


def composites(deployment: Deployment) -> Iterator[Thing]:
    """Yield the stage's alarms on alarms, and those of others that watch or are suppressed by one of its alarms."""
    for alarm in deployment.pages("cloudwatch", "describe_alarms", "CompositeAlarms", AlarmTypes=["CompositeAlarm"]):
        text = " ".join((alarm["AlarmName"], alarm["AlarmRule"], alarm.get("ActionsSuppressor", "")))
        if _names_ours(deployment, text):
            properties = picked(alarm, "AlarmName", "AlarmDescription", "AlarmRule", *_ACTIONS, *_SUPPRESSED)
            yield Thing(COMPOSITE, alarm["AlarmName"], properties | _tags(deployment, alarm.get("AlarmArn")))


def mutes(deployment: Deployment) -> Iterator[Thing]:
    """Yield the rules that keep an alarm of the stage from acting."""
    for listed in deployment.pages("cloudwatch", "list_alarm_mute_rules", "AlarmMuteRuleSummaries"):
        name = listed["AlarmMuteRuleArn"].rsplit(":", 1)[1]
        rule = deployment.asked("cloudwatch", "get_alarm_mute_rule", AlarmMuteRuleName=name)
        if _names_ours(deployment, json.dumps([name, rule.get("MuteTargets")])):
            yield Thing("AWS::CloudWatch::AlarmMuteRule", name, picked(rule, "Name", "Rule", "MuteTargets"))


def dashboards(deployment: Deployment) -> Iterator[Thing]:
    """Yield the dashboards with the stage's name, and those of others that show something of it."""
    for listed in deployment.pages("cloudwatch", "list_dashboards", "DashboardEntries"):
        name = listed["DashboardName"]
        body = deployment.asked("cloudwatch", "get_dashboard", DashboardName=name).get("DashboardBody", "")
        if _names_ours(deployment, f"{name} {body}"):
            yield Thing("AWS::CloudWatch::Dashboard", name, {"DashboardName": name, "DashboardBody": body})


def streams(deployment: Deployment) -> Iterator[Thing]:
    """Yield the metric streams: without a filter, one carries the stage's metrics away, too."""
    for one in deployment.pages("cloudwatch", "list_metric_streams", "Entries"):
        stream = deployment.asked("cloudwatch", "get_metric_stream", Name=one["Name"])
        yield Thing("AWS::CloudWatch::MetricStream", one["Name"], picked(stream, "Name", *_STREAM))


def insights(deployment: Deployment) -> Iterator[Thing]:
    """Yield the rules that count what a log group of the stage holds."""
    for rule in deployment.pages("cloudwatch", "describe_insight_rules", "InsightRules"):
        # DynamoDB keeps rules of its own for contributor insights, which the table shows.
        if not rule.get("ManagedRule") and _names_ours(deployment, f"{rule['Name']} {rule['Definition']}"):
            properties = {"RuleName": rule["Name"], "RuleState": rule["State"], "RuleBody": rule["Definition"]}
            yield Thing("AWS::CloudWatch::InsightRule", rule["Name"], properties)


def detectors(deployment: Deployment) -> Iterator[Thing]:
    """Yield the models of what is normal for a metric of the stage."""
    for one in deployment.pages("cloudwatch", "describe_anomaly_detectors", "AnomalyDetectors"):
        if _names_ours(deployment, json.dumps(one, default=str)):
            watched = picked(one, "SingleMetricAnomalyDetector", "MetricMathAnomalyDetector")
            name = re.sub(r"[^A-Za-z0-9]", "", json.dumps(watched))
            yield Thing("AWS::CloudWatch::AnomalyDetector", name, watched)


READERS = {
    ALARM: alarms,
    COMPOSITE: composites,
    "AWS::CloudWatch::AlarmMuteRule": mutes,
    "AWS::CloudWatch::Dashboard": dashboards,
    "AWS::CloudWatch::MetricStream": streams,
    "AWS::CloudWatch::InsightRule": insights,
    "AWS::CloudWatch::AnomalyDetector": detectors,
}
