"""Alarms on metrics that the functions write themselves, such as how long a piece of work took, at each threshold.

`metrics` says for each `{namespace, dimensions, statistics, thresholds, unit}`; `$stage` in a dimension is the stage.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import ALARM
from policies.engine.policy import Policy
from policies.engine.services.alarms import Watch, alarms_on, shared_problems
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class MetricAlarms(Policy):
    scope = (ALARM,)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        stage, seconds = parameters["stage"], parameters["maximum_seconds"]
        asked = [(metric, own, one) for metric, own in parameters["metrics"].items() for one in own["thresholds"]]
        return [
            alarm for metric, own, one in asked for alarm in _at(template, _watch(metric, own, stage, one, seconds))
        ]

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        stage, seconds = parameters["stage"], parameters["maximum_seconds"]
        for metric, own in parameters["metrics"].items():
            for threshold in own["thresholds"]:
                yield from _watched(template, _watch(metric, own, stage, threshold, seconds))


def _watched(template: Template, watch: Watch) -> Iterator[Finding]:
    alarms = _at(template, watch)
    if not alarms:
        found = f"no alarm on {watch.metric} at {watch.threshold:g}"
        yield Finding(TEMPLATE, "Resources", found, f"{watch} at {watch.threshold:g}")
    yield from shared_problems(template, alarms, watch)


def _at(template: Template, watch: Watch) -> list[Resource]:
    """Return the alarms of a watch at its threshold."""
    found = alarms_on(template, watch)
    return [one for one in found if template.number(one.properties.get("Threshold")) == watch.threshold]


def _watch(metric: str, own: Mapping[str, Any], stage: str, threshold: float, seconds: int) -> Watch:
    dimensions = {name: value.replace("$stage", stage) for name, value in own["dimensions"].items()}
    statistics, unit = tuple(own["statistics"]), own.get("unit", "Count")
    return Watch(own["namespace"], metric, dimensions, statistics, threshold, seconds, unit)


policy = MetricAlarms()
