"""An alarm that tells somebody watches what fails: functions, dead-letter queues, workflows and APIs.

Any alarm on one of the metrics counts, over one resource or over all of the account, alone or in an expression.
Functions that only custom resources call fail with their deployment.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engine.events.edges import serves_templates
from policies.engine.finding import Finding
from policies.engine.kinds import ALARM, API, API_STAGE, FUNCTION, QUEUE, WORKFLOW
from policies.engine.policy import Policy
from policies.engine.relations.dead_letters import dead_letter_queues
from policies.engine.services.versions import whole_functions
from policies.engine.template.intrinsics import text_of
from policies.engine.template.resource import Resource, mapping
from policies.engine.template.template import Template
from policies.engine.template.values import flag, listed, shown

_HTTP = "AWS::ApiGatewayV2::Api"
_COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
# The property with what an alarm knows the resource by.
_NAMES = {FUNCTION: "FunctionName", QUEUE: "QueueName", WORKFLOW: "StateMachineName", API: "Name", _HTTP: "Name"}


@dataclass(frozen=True)
class _Metric:
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str | None]]


class Watched(Policy):
    scope = (FUNCTION, QUEUE, WORKFLOW, API, _HTTP)
    relies_on = (ALARM, API_STAGE)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        alarms = {one.logical_id: list(_metrics(template, one)) for one in template.of_type(ALARM)}
        used: set[str] = set()
        for resource, namespace, key, value, metrics in _watched(template, parameters):
            ringing = [
                name for name, own in alarms.items() if any(_is_on(one, namespace, key, value, metrics) for one in own)
            ]
            used.update(ringing)
            if not ringing:
                found, wanted = "no alarm watches it", f"an alarm on {namespace} {' or '.join(metrics)} of it"
                yield Finding(resource.logical_id, _NAMES[resource.type], found, wanted)
        composed = " ".join(str(one.properties.get("AlarmRule")) for one in template.of_type(_COMPOSITE))
        for alarm in template.of_type(ALARM):
            if alarm.logical_id in used and alarm.logical_id not in composed:
                yield from _silent(template, alarm)


def _watched(template: Template, parameters: Mapping[str, Any]) -> Iterator[tuple[Resource, str, str, Any, list[str]]]:
    """Yield what is watched: the resource, its namespace, dimension and its value, and the metrics."""
    for function in whole_functions(template):
        if not serves_templates(template, function):
            yield function, "AWS/Lambda", "FunctionName", template.name(function), parameters["functions"]
    for queue in dead_letter_queues(template):
        yield queue, "AWS/SQS", "QueueName", template.name(queue), parameters["dead_letter_queues"]
    for workflow in template.of_type(WORKFLOW):
        yield workflow, "AWS/States", "StateMachineArn", template.arn(workflow), parameters["workflows"]
    for api in template.of_type(API):
        # Without a name of its own it has the title of its definition.
        named = template.value(api, "Name") or template.value(api, "Body.info.title")
        yield api, "AWS/ApiGateway", "ApiName", named, parameters["apis"]
    for api in template.of_type(_HTTP):
        yield api, "AWS/ApiGateway", "ApiId", template.ref(api), parameters["apis"]


def _metrics(template: Template, alarm: Resource) -> Iterator[_Metric]:
    """Yield the metrics that an alarm reads, by itself or in its expressions."""
    queries = [mapping(mapping(one).get("MetricStat")) for one in listed(template.value(alarm, "Metrics"))]
    for one in (mapping(template.resolve(alarm.properties)), *(mapping(query.get("Metric")) for query in queries)):
        pairs = [mapping(pair) for pair in listed(one.get("Dimensions"))]
        dimensions = frozenset((str(pair.get("Name")), text_of(pair.get("Value"))) for pair in pairs)
        yield _Metric(str(one.get("Namespace")), str(one.get("MetricName")), dimensions)


def _is_on(metric: _Metric, namespace: str, key: str, value: Any, metrics: list[str]) -> bool:
    if (metric.namespace, metric.name in metrics) != (namespace, True):
        return False
    known = text_of(value)
    return not metric.dimensions or (known is not None and (key, known) in metric.dimensions)


def _silent(template: Template, alarm: Resource) -> Iterator[Finding]:
    if not listed(template.value(alarm, "AlarmActions")):
        yield Finding(alarm.logical_id, "AlarmActions", "none: it tells nobody", "the ARN of a topic")
    enabled = template.value(alarm, "ActionsEnabled")
    if enabled is not None and flag(enabled) is not True:
        yield Finding(alarm.logical_id, "ActionsEnabled", shown(template, enabled), "true")


policy = Watched()
