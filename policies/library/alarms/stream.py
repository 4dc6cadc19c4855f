"""An alarm on the age of the records of every stream that a function reads.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#stream-metrics
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.events.wiring import invocation, source_of
from policies.engine.finding import Finding
from policies.engine.kinds import ALARM, FUNCTION, MAPPING, QUEUE
from policies.engine.policy import Policy
from policies.engine.services.alarms import Watch, watched
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template


class StreamAlarms(Policy):
    scope = (MAPPING,)
    relies_on = (FUNCTION, ALARM)

    def judged(self, template: Template, parameters: dict[str, Any]) -> list[Resource]:
        return [one for one in template.of_type(MAPPING) if not template.by_arn(source_of(template, one), QUEUE)]

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        threshold, seconds = parameters["maximum_age_ms"], parameters["maximum_seconds"]
        for mapping in template.of_type(MAPPING):
            call = invocation(template, mapping.properties.get("FunctionName"))
            if call and not template.by_arn(source_of(template, mapping), QUEUE):
                dimensions = {"FunctionName": template.name(call.function)}
                watch = Watch("AWS/Lambda", "IteratorAge", dimensions, ("Maximum",), threshold, seconds)
                yield from watched(template, mapping, "FunctionName", watch)


policy = StreamAlarms()
