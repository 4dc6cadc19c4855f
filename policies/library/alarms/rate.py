"""Alarms on the rate of each function's errors: above a share of the calls of one window, and never when idle.

What an alarm's expression says is found by its values for some windows, not by its text.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import UNRESOLVED, Finding
from policies.engine.kinds import ALARM, FUNCTION
from policies.engine.policy import Policy
from policies.engine.services.alarm_switches import mutes
from policies.engine.services.alarms import reactions
from policies.engine.services.metric_math import UnknownMathError, Value, compared, value_of
from policies.engine.services.versions import whole_functions
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, listed

_ERRORS, _CALLS = "Errors", "Invocations"
_OPERATORS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}
_SILENT = (None, "notBreaching", "missing", "ignore")
# Calls of a window.
_SAMPLES = (1, 3, 19, 20, 21, 100, 1000, 100_000)


class ErrorRates(Policy):
    scope = (FUNCTION,)
    relies_on = (ALARM,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        percent, window = parameters["percent"], parameters["window_seconds"]
        for function in whole_functions(template):
            alarms = [one for one in template.of_type(ALARM) if _watches(template, one, function)]
            problems = [list(_problems(template, one, percent, window)) for one in alarms]
            if not alarms:
                found = "no alarm on the rate of its errors"
                wanted = f"an alarm above {percent:g} % of its invocations in {window} seconds"
                yield Finding(function.logical_id, "FunctionName", found, wanted)
            elif all(problems):
                yield from (one for own in problems for one in own)


def _queries(template: Template, alarm: Resource) -> list[Mapping[str, Any]]:
    found = template.value(alarm, "Metrics")
    return [mapping(one) for one in found] if isinstance(found, list) else []


def _watches(template: Template, alarm: Resource, function: Resource) -> bool:
    """Return whether an alarm computes with both metrics of a function."""
    named = {_metric(one) for one in _queries(template, alarm) if _is_of(template, one, function)}
    return {_ERRORS, _CALLS} <= named


def _metric(query: Mapping[str, Any]) -> str:
    metric = mapping(mapping(query.get("MetricStat")).get("Metric"))
    return text_of(metric.get("MetricName")) or "" if metric.get("Namespace") == "AWS/Lambda" else ""


def _is_of(template: Template, query: Mapping[str, Any], function: Resource) -> bool:
    metric = mapping(mapping(query.get("MetricStat")).get("Metric"))
    pairs = [(mapping(one).get("Name"), text_of(mapping(one).get("Value"))) for one in listed(metric.get("Dimensions"))]
    own = query.get("AccountId") in (None, template.account)
    return own and pairs == [("FunctionName", template.name(function))]


def _problems(template: Template, alarm: Resource, percent: float, window: int) -> Iterator[Finding]:
    name, queries = alarm.logical_id, _queries(template, alarm)
    yield from _data(template, alarm, queries, window)
    for path, wanted, fine in (
        ("EvaluationPeriods", 1, (1,)),
        ("DatapointsToAlarm", 1, (1, None)),
        ("EvaluationInterval", "none", (None,)),
        ("EvaluationCriteria", "none", (None,)),
        ("ThresholdMetricId", "none: a number is the threshold", (None,)),
    ):
        found = template.value(alarm, path)
        number = template.number(found)
        if (found not in fine and number not in fine) or (found is not None and number is None):
            yield Finding(name, path, str(found if found is not None else "none"), str(wanted))
    for path, found, wanted, holds in reactions(template, alarm):
        if not holds:
            yield Finding(name, path, "none" if found is None else str(found), wanted)
    yield from mutes(template, alarm)
    yield from _rings(template, alarm, queries, percent)


def _data(template: Template, alarm: Resource, queries: list[Mapping[str, Any]], window: int) -> Iterator[Finding]:
    """Yield queries of other sums than those of one window, and other answers than one."""
    name = alarm.logical_id
    for index, query in enumerate(queries):
        stat, place = query.get("MetricStat"), f"Metrics[{index}].MetricStat"
        if stat is None:
            continue
        for key, wanted in (("Stat", "Sum"), ("Period", window), ("Unit", None)):
            found = mapping(stat).get(key)
            same = template.number(found) == wanted if key == "Period" else found == wanted
            if not same and not (key == "Unit" and found == "Count"):
                yield Finding(name, f"{place}.{key}", str(found or "none"), str(wanted or "none, or Count"))
    given = [one for one in queries if one.get("ReturnData") is None or not is_off(one["ReturnData"])]
    if len(given) != 1:
        found = ", ".join(str(one.get("Id")) for one in given) or "none"
        yield Finding(name, "Metrics", f"data of {found}", "ReturnData of one, the rate")


def _rings(template: Template, alarm: Resource, queries: list[Mapping[str, Any]], percent: float) -> Iterator[Finding]:
    """Yield windows in which the alarm rings and should not, or the other way round."""
    operator = _OPERATORS.get(str(template.value(alarm, "ComparisonOperator")))
    threshold = template.number(template.value(alarm, "Threshold"))
    if operator is None or threshold is None:
        path = "ComparisonOperator" if operator is None else "Threshold"
        yield Finding(alarm.logical_id, path, str(template.value(alarm, path)), "a comparison with a number")
        return
    given = next((one for one in queries if one.get("ReturnData") is None or not is_off(one["ReturnData"])), None)
    silent = template.value(alarm, "TreatMissingData") in _SILENT
    for calls, errors, rings in _windows(percent):
        try:
            found = _computed(queries, given, {_ERRORS: errors, _CALLS: calls, "": None})
        except UnknownMathError as error:
            yield Finding(alarm.logical_id, "Metrics", f"{error}: {UNRESOLVED}", "an expression of errors and calls")
            return
        rung = not silent if found is None else compared(operator, found, threshold)
        if rung != rings:
            shown = "nothing happened" if calls is None else f"{errors:g} of {calls:g} calls failed"
            wanted = f"an alarm above {percent:g} %" if rings else f"none up to {percent:g} %, and none when idle"
            yield Finding(alarm.logical_id, "Metrics", f"{'an alarm' if rung else 'no alarm'} when {shown}", wanted)
            return


def _windows(percent: float) -> Iterator[tuple[Value, Value, bool]]:
    """Yield calls and errors of windows, and whether the alarm must ring; without calls there are no data."""
    yield None, None, False
    yield 0.0, 0.0, False
    for calls in _SAMPLES:
        limit = calls * percent / 100
        at_most = int(limit)
        for errors in sorted({0, at_most, min(at_most + 1, calls), calls}):
            yield float(calls), float(errors), errors > limit


def _computed(queries: list[Mapping[str, Any]], query: Mapping[str, Any] | None, known: dict[str, Value]) -> Value:
    """Return the value of a query; expressions may use the ids of others. `known` has those of the metrics."""
    expression = text_of(mapping(query).get("Expression"))
    if query is not None and query.get("MetricStat") is not None:
        return known.get(_metric(query))
    if expression is None:
        raise UnknownMathError("no expression")
    values: dict[str, Value] = {}
    for one in queries:
        name = str(one.get("Id"))
        if name not in expression or one is query:
            continue
        if name not in known:
            known[name] = None  # Of a circle, which CloudWatch refuses, there is no value.
            known[name] = _computed(queries, one, known)
        values[name] = known[name]
    return value_of(expression, values)


policy = ErrorRates()
