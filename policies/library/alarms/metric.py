"""Alarms on metrics that the functions write themselves, such as how long a piece of work took.

`metrics` says for each `{namespace, dimensions, statistics, threshold, unit}`; `$stage` in a dimension is the stage.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine.finding import TEMPLATE, Finding
from policies.engine.kinds import ALARM
from policies.engine.policy import Policy
from policies.engine.services.alarms import Watch, alarm_problems
from policies.engine.template.template import Template


class MetricAlarms(Policy):
    scope = (ALARM,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for metric, own in parameters["metrics"].items():
            watch = _watch(metric, own, parameters["stage"], parameters["maximum_seconds"])
            found = alarm_problems(template, watch)
            if found is None:
                yield Finding(TEMPLATE, "Resources", f"no alarm on {metric}", str(watch))
            yield from found or ()


def _watch(metric: str, own: Mapping[str, Any], stage: str, seconds: int) -> Watch:
    dimensions = {name: value.replace("$stage", stage) for name, value in own["dimensions"].items()}
    statistics, unit = tuple(own["statistics"]), own.get("unit", "Count")
    return Watch(own["namespace"], metric, dimensions, statistics, own["threshold"], seconds, unit)


policy = MetricAlarms()
