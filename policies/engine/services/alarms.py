"""Whether an alarm can ring in time, and whether its topic's policy certainly lets CloudWatch publish.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.events.delivery import may_refuse_service
from policies.engine.finding import Finding
from policies.engine.iam.resource_policies import policies_on, resource_statements, rivals
from policies.engine.iam.statements import Statement, conditions_of, fits
from policies.engine.kinds import ALARM, TOPIC
from policies.engine.services.alarm_metrics import Metric, metric_of
from policies.engine.services.alarm_switches import mutes, ringing_for
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_aws_key, is_off, is_true, listed

# Path, what is found there, what is wanted, and whether it holds.
Check = tuple[str, Any, str, bool]

# CloudWatch cannot use AWS's own key for this service: nothing arrives at such a topic.
# https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
_UNUSABLE_KEY = "sns"
_RUNBOOK, _WORD_AFTER = re.compile(r"\brunbook\b", re.IGNORECASE), re.compile(r"\s\S")
_MOST_PERIODS = 5
_FEW_SAMPLES = "EvaluateLowSampleCountPercentile"
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
_UNITS = {"ApproximateAgeOfOldestMessage": "Seconds", "IteratorAge": "Milliseconds", "Latency": "Milliseconds"}
_SERVICE, _ACTION = "cloudwatch.amazonaws.com", "sns:Publish"
_MATCHING = ("arnequals", "arnlike", "stringequals", "stringlike")
_OWNERS = ("aws:sourceaccount", "aws:sourceowner")


@dataclass(frozen=True)
class Watch:
    """A wanted alarm: metric, dimensions, one of these statistics, highest threshold, seconds to ring.

    `unit` is that of a metric of our own; AWS's metrics have theirs.
    """

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistics: tuple[str, ...]
    threshold: float
    seconds: int
    unit: str = ""

    @property
    def measured(self) -> tuple[str, ...]:
        """Namespace, name and dimensions, as alarms are grouped by them."""
        return (self.namespace, self.metric, *sorted(map(str, self.dimensions.items())))

    def __str__(self) -> str:
        where = ", ".join(f"{name}={value}" for name, value in self.dimensions.items())
        return f"an alarm on {self.namespace} {self.metric} ({where})"


def watched(template: Template, resource: Resource, path: str, watch: Watch) -> Iterator[Finding]:
    """Yield that no alarm watches a resource, or what is wrong with its alarms."""
    alarms = alarms_on(template, watch)
    if not alarms:
        yield Finding(resource.logical_id, path, f"no alarm on its {watch.metric}", str(watch))
    # Resources with the same name share their alarms.
    key = ("watched", watch.measured, watch.statistics, watch.threshold, watch.seconds)
    yield from template.once(key, lambda: shared_problems(template, alarms, watch))


def alarms_on(template: Template, watch: Watch) -> list[Resource]:
    """Return the alarms on a metric with exactly these dimensions."""
    return template.once("alarms", lambda: _alarms(template)).get(watch.measured, [])


def shared_problems(template: Template, alarms: list[Resource], watch: Watch) -> list[Finding]:
    """Return what is wrong with the alarms on a metric; nothing if one of them is right."""
    problems = [list(_problems(template, alarm, watch)) for alarm in alarms]
    return [finding for found in problems for finding in found] if all(problems) else []


def _alarms(template: Template) -> dict[tuple[str, ...], list[Resource]]:
    """Return alarms by namespace, metric and dimensions, as far as those can be resolved."""
    known: dict[tuple[str, ...], list[Resource]] = {}
    for alarm in template.of_type(ALARM):
        metric = metric_of(template, alarm)
        key = metric.key if metric else None
        if key:
            known.setdefault(key, []).append(alarm)
    return known


def _problems(template: Template, alarm: Resource, watch: Watch) -> Iterator[Finding]:
    metric = metric_of(template, alarm)
    assert metric is not None
    for path, found, wanted, holds in (
        *_measure(template, alarm, metric, watch),
        *reactions(template, alarm, metric.statistic),
    ):
        if not holds:
            yield Finding(alarm.logical_id, path, "none" if found is None else str(found), wanted)
    yield from mutes(template, alarm)


def _measure(template: Template, alarm: Resource, metric: Metric, watch: Watch) -> Iterator[Check]:
    missing = metric.statistic is None and watch.statistics[0].startswith("p") and "." not in metric.paths["statistic"]
    path = "ExtendedStatistic" if missing else metric.paths["statistic"]
    yield path, metric.statistic, " or ".join(watch.statistics), metric.statistic in watch.statistics
    query = template.value(alarm, "EvaluationCriteria")
    yield "EvaluationCriteria", query, "none: with a query of its own the alarm watches something else", query is None
    # With a unit that the metric does not have, the alarm never sees data.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    own = watch.unit or _UNITS.get(watch.metric, "Count")
    yield metric.paths["unit"], metric.unit, f"none, or {own}", metric.unit is None or metric.unit == own
    operator = template.value(alarm, "ComparisonOperator")
    above = operator in ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
    yield "ComparisonOperator", operator, "GreaterThanThreshold", above
    raw = template.value(alarm, "Threshold")
    threshold = template.number(raw)
    # A count of 0 is always at least 0: with "or equal" such an alarm never ends.
    least = 0 if operator == "GreaterThanThreshold" else 1e-9
    most = watch.threshold if operator == "GreaterThanThreshold" or watch.threshold else 1
    yield "Threshold", raw, f"at most {watch.threshold:g}", threshold is not None and least <= threshold <= most
    yield from _time(template, alarm, metric, watch.seconds)


def _time(template: Template, alarm: Resource, metric: Metric, seconds: int) -> Iterator[Check]:
    """Yield what an alarm must meet to ring in time: it needs as many periods as it wants datapoints.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html
    """
    period, count = template.number(metric.period) or 0, template.value(alarm, "EvaluationPeriods")
    periods, points = template.number(count) or 0, template.value(alarm, "DatapointsToAlarm")
    needed = periods if points is None else template.number(points) or 0
    yield metric.paths["period"], metric.period, f"1 to {seconds}", 1 <= period <= seconds
    yield "EvaluationPeriods", count, f"1 to {_MOST_PERIODS}", 1 <= periods <= _MOST_PERIODS
    yield "DatapointsToAlarm", points, "no more than there are", points is None or 1 <= needed <= periods
    path, found = ("EvaluationPeriods", count) if points is None else ("DatapointsToAlarm", points)
    yield path, found, f"so few that it rings within {seconds} seconds", needed * period <= seconds
    interval = template.value(alarm, "EvaluationInterval")
    often = interval is None or (template.number(interval) or math.inf) <= seconds
    yield "EvaluationInterval", interval, f"none, or at most {seconds}", often
    path = "WarmUpConfiguration.OnlyStartEvaluatingAfterWarmUpPeriodEnds"
    waits = template.value(alarm, path)
    yield path, waits, "none, or false: until then the alarm does nothing", is_off(waits)


def reactions(template: Template, alarm: Resource, statistic: Any = None) -> Iterator[Check]:
    """Yield what an alarm must meet to be heard, and not to ring when nothing happens."""
    enabled = template.value(alarm, "ActionsEnabled")
    yield "ActionsEnabled", enabled, "true", enabled is None or is_true(template, enabled)
    actions = template.value(alarm, "AlarmActions")
    rings = _reaches(template, alarm, listed(actions)) or any(
        _reaches(template, one, listed(template.value(one, "AlarmActions"))) for one in ringing_for(template, alarm)
    )
    yield "AlarmActions", actions, "a topic of this stack to which CloudWatch can publish", rings
    missing = template.value(alarm, "TreatMissingData")
    yield "TreatMissingData", missing, "notBreaching", missing in (None, "notBreaching", "missing", "ignore")
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    few, percentile = template.value(alarm, _FEW_SAMPLES), str(statistic).startswith("p")
    kept = "none, or evaluate: with few samples a percentile's alarm keeps its state"
    yield _FEW_SAMPLES, few, kept, few in (None, "evaluate") or not percentile
    description = template.value(alarm, "AlarmDescription")
    named = isinstance(description, str) and _names_runbook(description)
    yield "AlarmDescription", description, "the alarm's runbook", named


def _reaches(template: Template, alarm: Resource, actions: tuple[Any, ...]) -> bool:
    """Return whether an alarm's actions are topics of the template to which CloudWatch can publish for it."""
    topics = [template.by_arn(action, TOPIC) for action in actions]
    return bool(actions) and all(topic and _is_usable(template, topic, alarm) for topic in topics)


def _names_runbook(text: str) -> bool:
    word = _RUNBOOK.search(text)
    return word is not None and _WORD_AFTER.search(text, word.end()) is not None


def _is_usable(template: Template, topic: Resource, alarm: Resource) -> bool:
    key = template.value(topic, "KmsMasterKeyId")
    usable = key is not UNKNOWN and not is_aws_key(template, key, _UNUSABLE_KEY)
    # It may refuse a message for what it holds. https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
    usable = usable and template.value(topic, "DataProtectionPolicy") is None
    return usable and may_publish(template, topic, alarm)


def may_publish(template: Template, topic: Resource, alarm: Resource) -> bool:
    """Return whether CloudWatch may publish: without a policy its account may; a conditional policy is unknown."""
    policies = policies_on(template, topic)
    if not policies:
        return True
    if any("Condition" in policy.raw for policy in policies) or rivals(template, topic):
        return False
    named, others, refusals = template.about(topic, _publishing)
    source, arn = _arn(template, alarm), str(template.arn(topic))
    if any(may_refuse_service(template, one, _SERVICE, _ACTION, arn, str(source)) for one in refusals):
        return False
    return source in named or any(_lets(template, one, arn, source) for one in others)


def _arn(template: Template, alarm: Resource) -> str | None:
    """Return the ARN of an alarm of metrics or of alarms."""
    name = template.text(alarm.properties.get("AlarmName"))
    place = f"arn:aws:cloudwatch:{template.region}:{template.account}:alarm"
    return template.arn(alarm) or (f"{place}:{name}" if name is not None else None)


def _publishing(template: Template, topic: Resource) -> tuple[set[Any], list[Statement], list[Statement]]:
    """Return the alarms that a topic's policy allows by whole ARNs, what may allow others, and what may deny some."""
    statements, arn = resource_statements(template, topic), str(template.arn(topic))
    named: set[Any] = set()
    others: list[Statement] = []
    refusals = [one for one in statements if one.denies]
    for one in statements:
        sources = [values for (_, key), values in conditions_of(one).items() if key == "aws:sourcearn"]
        whole = len(sources) == 1 and all(isinstance(value, str) and "*" not in value for value in sources[0])
        if not whole or not sources[0]:
            others.append(one)
        elif _lets(template, one, arn, sources[0][0]):
            named.update(sources[0])
    return named, others, refusals


def _lets(template: Template, statement: Statement, topic_arn: str, source: str | None) -> bool:
    return (
        statement.effect == "Allow"
        and (("Service", _SERVICE) in statement.principals or statement.everybody())
        and statement.covers(_ACTION)
        and any(isinstance(one, str) and fits(topic_arn, one) for one in statement.resources)
        and all(_holds(template, *condition, source) for condition in conditions_of(statement).items())
    )


def _holds(template: Template, asked: tuple[str, str], values: tuple[Any, ...], source: str | None) -> bool:
    """Return whether a condition is certainly true when CloudWatch publishes for the alarm of this ARN."""
    operator, key = asked
    actual = source if key == "aws:sourcearn" else template.account
    if operator not in _MATCHING or key not in ("aws:sourcearn", *_OWNERS) or actual is None:
        return False
    # Only ArnEquals, ArnLike and StringLike take wildcards.
    return any(
        value == actual or (operator != "stringequals" and isinstance(value, str) and fits(actual, value))
        for value in values
    )
