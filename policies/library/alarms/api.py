"""Alarms on the rate of 5XX answers and the p99 latency of every API stage.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import ALARM, API, API_STAGE
from policies.engine.policy import Policy
from policies.engine.services.alarms import Watch, watched
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class ApiAlarms(Policy):
    scope = (API_STAGE,)
    relies_on = (API, ALARM)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        seconds = parameters["maximum_seconds"]
        for stage in template.of_type(API_STAGE):
            dimensions = {"ApiName": _api_name(template, stage), "Stage": template.name(stage)}
            for metric, statistics, threshold in (
                ("5XXError", ("Average",), parameters["maximum_error_rate"]),
                ("Latency", ("p99",), parameters["maximum_latency_ms"]),
            ):
                watch = Watch("AWS/ApiGateway", metric, dimensions, statistics, threshold, seconds)
                yield from watched(template, stage, "StageName", watch)


def _api_name(template: Template, stage: Resource) -> str:
    api = template.target_of(stage.properties.get("RestApiId"), API)
    return (template.text(api.properties.get("Name")) if api else None) or "an API of this template"


policy = ApiAlarms()
