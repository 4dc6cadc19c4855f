"""The metric that an alarm watches, in either of its writings: among its properties, or as the one metric of `Metrics`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.template.values import is_off, listed


@dataclass(frozen=True)
class Metric:
    """A metric, resolved; `place` comes before the paths of its statistic, period and unit."""

    namespace: Any
    name: Any
    dimensions: tuple[Any, ...]
    statistic: Any
    period: Any
    unit: Any
    paths: Mapping[str, str] = field(repr=False, compare=False)

    @property
    def key(self) -> tuple[str, ...] | None:
        """Namespace, name and dimensions, comparable; None if one of them cannot be resolved."""
        pairs = [(one.get("Name"), one.get("Value")) for one in self.dimensions if isinstance(one, Mapping)]
        known = isinstance(self.namespace, str) and isinstance(self.name, str) and len(pairs) == len(self.dimensions)
        return (self.namespace, self.name, *sorted(map(str, pairs))) if known else None


def metric_of(template: Template, alarm: Resource) -> Metric | None:
    """Return the one metric that an alarm compares with its threshold; None if it is the result of an expression."""
    if template.value(alarm, "Metrics") is not None:
        return _queried(template, alarm)
    extended = template.value(alarm, "Statistic") is None
    path = "ExtendedStatistic" if extended else "Statistic"
    return Metric(
        template.value(alarm, "Namespace"),
        template.value(alarm, "MetricName"),
        listed(template.value(alarm, "Dimensions")),
        _statistic(template.value(alarm, path)),
        template.value(alarm, "Period"),
        template.value(alarm, "Unit"),
        {"statistic": path, "period": "Period", "unit": "Unit"},
    )


def _queried(template: Template, alarm: Resource) -> Metric | None:
    """Return the metric of the one query whose data the alarm gets, directly or by an expression that is its id."""
    found = template.value(alarm, "Metrics")
    queries = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    given = [one for one in queries if len(queries) == 1 or _returns(one)]
    if len(given) != 1 or len(queries) != len(listed(found)):
        return None
    wanted = given[0].get("Expression")
    query = next((one for one in queries if isinstance(wanted, str) and one.get("Id") == wanted.strip()), given[0])
    stat = query.get("MetricStat")
    if not isinstance(stat, Mapping) or query.get("AccountId") not in (None, template.account):
        return None
    metric = stat.get("Metric")
    own = metric if isinstance(metric, Mapping) else {}
    place = f"Metrics[{queries.index(query)}].MetricStat"
    return Metric(
        own.get("Namespace"),
        own.get("MetricName"),
        listed(own.get("Dimensions")),
        _statistic(stat.get("Stat")),
        stat.get("Period"),
        stat.get("Unit"),
        {"statistic": f"{place}.Stat", "period": f"{place}.Period", "unit": f"{place}.Unit"},
    )


def _returns(query: Mapping[str, Any]) -> bool:
    """Return whether a query's data is what the alarm gets, as it is by default."""
    flag = query.get("ReturnData")
    return flag is None or not is_off(flag)


def _statistic(value: Any) -> Any:
    """Return a percentile without zeros that mean nothing: p99.0 is p99."""
    begin, dot, end = value.partition(".") if isinstance(value, str) else (value, "", "")
    return begin if dot and begin.startswith("p") and not end.strip("0") else value
