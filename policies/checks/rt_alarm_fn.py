"""Alarms watch the errors and the throttles of every function, over all its versions and aliases.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
"""

from collections.abc import Iterator
from typing import Any

from support.alarms import ALARM, Watch, watched
from support.finding import Finding
from support.policy import Policy
from support.template import Template
from support.wiring import FUNCTION


class FunctionAlarms(Policy):
    scope = (FUNCTION,)
    relies_on = (ALARM,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        threshold, seconds = parameters["maximum_threshold"], parameters["maximum_seconds"]
        for function in template.of_type(FUNCTION):
            dimensions = {"FunctionName": template.name(function)}
            for metric in ("Errors", "Throttles"):
                watch = Watch("AWS/Lambda", metric, dimensions, ("Sum",), threshold, seconds)
                yield from watched(template, function, "FunctionName", watch)


check = FunctionAlarms()
