"""Alarms on the errors and the throttles of every function, over all its versions and aliases; or on `metrics` only.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import ALARM, FUNCTION
from policies.engine.policy import Policy
from policies.engine.services.alarms import Watch, watched
from policies.engine.services.versions import whole_functions
from policies.engine.template.template import Template

_METRICS = ("Errors", "Throttles")


class FunctionAlarms(Policy):
    scope = (FUNCTION,)
    relies_on = (ALARM,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        threshold, seconds = parameters["maximum_threshold"], parameters["maximum_seconds"]
        for function in whole_functions(template):
            dimensions = {"FunctionName": template.name(function)}
            for metric in parameters.get("metrics", _METRICS):
                watch = Watch("AWS/Lambda", metric, dimensions, ("Sum",), threshold, seconds)
                yield from watched(template, function, "FunctionName", watch)


policy = FunctionAlarms()
