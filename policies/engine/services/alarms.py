"""Whether an alarm can ring in time, and whether its topic's policy certainly lets CloudWatch publish.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.finding import Finding
from policies.engine.iam.permissions import may_deny, may_mean_service
from policies.engine.iam.resource_policies import policies_on, resource_statements
from policies.engine.iam.statements import Statement, conditions_of, fits
from policies.engine.kinds import ALARM, TOPIC
from policies.engine.template.intrinsics import UNKNOWN
from policies.engine.template.template import Resource, Template
from policies.engine.template.values import is_aws_key, is_true, listed

# CloudWatch cannot use AWS's own key for this service: nothing arrives at such a topic.
# https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
_UNUSABLE_KEY = "sns"
_RUNBOOK, _WORD_AFTER = re.compile(r"\brunbook\b", re.IGNORECASE), re.compile(r"\s\S")
_MOST_PERIODS = 5
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
_UNITS = {"ApproximateAgeOfOldestMessage": "Seconds", "Latency": "Milliseconds"}
_SERVICE, _ACTION = "cloudwatch.amazonaws.com", "sns:Publish"
_MATCHING = ("arnequals", "arnlike", "stringequals", "stringlike")
_OWNERS = ("aws:sourceaccount", "aws:sourceowner")
# Every request says whether it is encrypted, and CloudWatch's are.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-securetransport
_FACTS = {"aws:securetransport": "true"}


@dataclass(frozen=True)
class Watch:
    """A wanted alarm: metric, dimensions, one of these statistics, highest threshold, seconds to ring."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistics: tuple[str, ...]
    threshold: float
    seconds: int

    def __str__(self) -> str:
        where = ", ".join(f"{name}={value}" for name, value in self.dimensions.items())
        return f"an alarm on {self.namespace} {self.metric} ({where})"


def watched(template: Template, resource: Resource, path: str, watch: Watch) -> Iterator[Finding]:
    """Yield that no alarm watches a resource, or what is wrong with its alarms."""
    measured = (watch.namespace, watch.metric, *sorted(map(str, watch.dimensions.items())))
    alarms = template.once("alarms", lambda: _alarms(template)).get(measured, [])
    if not alarms:
        yield Finding(resource.logical_id, path, f"no alarm on its {watch.metric}", str(watch))
    # Resources with the same name share their alarms.
    key = ("watched", measured, watch.statistics, watch.threshold, watch.seconds)
    yield from template.once(key, lambda: _shared_problems(template, alarms, watch))


def _shared_problems(template: Template, alarms: list[Resource], watch: Watch) -> list[Finding]:
    """Return what is wrong with the alarms; nothing if one of them is right."""
    problems = [list(_problems(template, alarm, watch)) for alarm in alarms]
    return [finding for found in problems for finding in found] if all(problems) else []


def _alarms(template: Template) -> dict[tuple[str, ...], list[Resource]]:
    """Return alarms by namespace, metric and dimensions, as far as those can be resolved."""
    known: dict[tuple[str, ...], list[Resource]] = {}
    for alarm in template.of_type(ALARM):
        namespace, metric = template.value(alarm, "Namespace"), template.value(alarm, "MetricName")
        dimensions = listed(template.value(alarm, "Dimensions"))
        found = [(one.get("Name"), one.get("Value")) for one in dimensions if isinstance(one, Mapping)]
        if isinstance(namespace, str) and isinstance(metric, str) and len(found) == len(dimensions):
            known.setdefault((namespace, metric, *sorted(map(str, found))), []).append(alarm)
    return known


def _problems(template: Template, alarm: Resource, watch: Watch) -> Iterator[Finding]:
    for path, wanted, holds in (*_measure(template, alarm, watch), *_reaction(template, alarm)):
        if not holds:
            found = template.value(alarm, path)
            yield Finding(alarm.logical_id, path, "none" if found is None else str(found), wanted)


def _measure(template: Template, alarm: Resource, watch: Watch) -> Iterator[tuple[str, str, bool]]:
    path = "ExtendedStatistic" if watch.statistics[0].startswith("p") else "Statistic"
    yield path, " or ".join(watch.statistics), template.value(alarm, path) in watch.statistics
    # With a unit that the metric does not have, the alarm never sees data.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    unit, own = template.value(alarm, "Unit"), _UNITS.get(watch.metric, "Count")
    yield "Unit", f"none, or {own}", unit is None or unit == own
    operator = template.value(alarm, "ComparisonOperator")
    yield (
        "ComparisonOperator",
        "GreaterThanThreshold",
        operator
        in (
            "GreaterThanThreshold",
            "GreaterThanOrEqualToThreshold",
        ),
    )
    threshold = template.number(alarm.properties.get("Threshold"))
    # A count of 0 is always at least 0: with "or equal" such an alarm never ends.
    least = 0 if operator == "GreaterThanThreshold" else 1e-9
    most = watch.threshold if operator == "GreaterThanThreshold" or watch.threshold else 1
    yield "Threshold", f"at most {watch.threshold:g}", threshold is not None and least <= threshold <= most
    yield from _time(template, alarm, watch.seconds)


def _time(template: Template, alarm: Resource, seconds: int) -> Iterator[tuple[str, str, bool]]:
    """Yield what an alarm must meet to ring in time: it needs as many periods as it wants datapoints.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
    """
    period, periods = (template.number(alarm.properties.get(name)) or 0 for name in ("Period", "EvaluationPeriods"))
    points = template.value(alarm, "DatapointsToAlarm")
    needed = periods if points is None else template.number(points) or 0
    yield "Period", f"1 to {seconds}", 1 <= period <= seconds
    yield "EvaluationPeriods", f"1 to {_MOST_PERIODS}", 1 <= periods <= _MOST_PERIODS
    yield "DatapointsToAlarm", "no more than there are", points is None or 1 <= needed <= periods
    path = "EvaluationPeriods" if points is None else "DatapointsToAlarm"
    yield path, f"so few that it rings within {seconds} seconds", needed * period <= seconds


def _reaction(template: Template, alarm: Resource) -> Iterator[tuple[str, str, bool]]:
    enabled = template.value(alarm, "ActionsEnabled")
    yield "ActionsEnabled", "true", enabled is None or is_true(template, enabled)
    actions = listed(template.value(alarm, "AlarmActions"))
    topics = [template.by_arn(action, TOPIC) for action in actions]
    usable = [topic for topic in topics if topic and _is_usable(template, topic, alarm)]
    wanted = "a topic of this stack to which CloudWatch can publish"
    yield "AlarmActions", wanted, bool(actions) and len(usable) == len(actions)
    missing = template.value(alarm, "TreatMissingData")
    yield "TreatMissingData", "notBreaching", missing in (None, "notBreaching", "missing", "ignore")
    description = template.value(alarm, "AlarmDescription")
    yield "AlarmDescription", "the alarm's runbook", isinstance(description, str) and _names_runbook(description)


def _names_runbook(text: str) -> bool:
    word = _RUNBOOK.search(text)
    return word is not None and _WORD_AFTER.search(text, word.end()) is not None


def _is_usable(template: Template, topic: Resource, alarm: Resource) -> bool:
    key = template.value(topic, "KmsMasterKeyId")
    usable = key is not UNKNOWN and not is_aws_key(template, key, _UNUSABLE_KEY)
    return usable and may_publish(template, topic, alarm)


def may_publish(template: Template, topic: Resource, alarm: Resource) -> bool:
    """Return whether CloudWatch may publish: without a policy its account may; a conditional policy is unknown."""
    policies = policies_on(template, topic)
    if not policies:
        return True
    if any("Condition" in policy.raw for policy in policies):
        return False
    named, others = template.about(topic, _publishing)
    source = template.arn(alarm)
    return source in named or any(_lets(template, one, str(template.arn(topic)), source) for one in others)


def _publishing(template: Template, topic: Resource) -> tuple[set[Any], list[Statement]]:
    """Return the alarms that a topic's policy allows by their whole ARNs, and statements that may allow others."""
    statements, arn = resource_statements(template, topic), str(template.arn(topic))
    named: set[Any] = set()
    others: list[Statement] = []
    if any(may_mean_service(one, _SERVICE) and may_deny(one, _ACTION, arn, _FACTS) for one in statements):
        return named, others
    for one in statements:
        sources = [values for (_, key), values in conditions_of(one).items() if key == "aws:sourcearn"]
        whole = len(sources) == 1 and all(isinstance(value, str) and "*" not in value for value in sources[0])
        if not whole or not sources[0]:
            others.append(one)
        elif _lets(template, one, arn, sources[0][0]):
            named.update(sources[0])
    return named, others


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
