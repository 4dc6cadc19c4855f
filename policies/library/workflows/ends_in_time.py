"""A workflow ends by itself: an Express one before AWS ends it, any other by a time of its own, or of its tasks.

`express_seconds` is for the longest way of an Express workflow, all attempts and delays included; `items` is how many
items a Map has at most. A task without a time may wait for ever.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from collections.abc import Iterator
from typing import Any

from policies.engine.finding import Finding
from policies.engine.kinds import WORKFLOW
from policies.engine.policy import Policy
from policies.engine.template.resource import Resource
from policies.engine.template.template import Template
from policies.engine.workflows.definition import Definition, definition_of, unread
from policies.engine.workflows.times import ANY_MAP, times_of

_OWN = "TimeoutSeconds"
_ENDS = (_OWN, f"{_OWN}Path", "HeartbeatSeconds", "HeartbeatSecondsPath")


class EndsInTime(Policy):
    scope = (WORKFLOW,)

    def judge(self, template: Template, parameters: dict[str, Any]) -> Iterator[Finding]:
        for workflow in template.of_type(WORKFLOW):
            yield from unread(template, workflow)
            definition = definition_of(template, workflow)
            if definition.top is None:
                continue
            if template.value(workflow, "StateMachineType") == "EXPRESS":
                yield from _express(workflow, definition, parameters)
            elif definition.top.raw.get(_OWN) is None:
                yield from _standard(workflow, definition)


def _express(workflow: Resource, definition: Definition, parameters: dict[str, Any]) -> Iterator[Finding]:
    assert definition.top is not None
    times, limit = times_of(definition, {ANY_MAP: parameters["items"]}), parameters["express_seconds"]
    for path, found, wanted in dict.fromkeys(times.problems):
        yield Finding(workflow.logical_id, path, found, wanted)
    total = times.levels[definition.top.path]
    if not times.problems and total >= limit:
        states = {one: times.states[definition.top.states[one]] for one in times.way}
        shares = ", ".join(f"{one} {seconds:g}" for one, seconds in states.items() if seconds)
        found, wanted = f"up to {total:g} seconds: {shares}", f"below {limit} seconds, after which AWS ends it"
        yield Finding(workflow.logical_id, f"{definition.place}.States", found, wanted)


def _standard(workflow: Resource, definition: Definition) -> Iterator[Finding]:
    for state in definition.reached():
        if state.kind == "Task" and not any(key in state.raw for key in _ENDS):
            wanted = f"{_OWN} of the task, or of the whole workflow"
            yield Finding(workflow.logical_id, f"{state.path}.{_OWN}", "none: it may wait for a year", wanted)


policy = EndsInTime()
